import { SSMClient } from "@aws-sdk/client-ssm";
import { clientSettings, withoutLog } from "./client-settings.ts";
import { pacedSsm } from "./pace.ts";

export const ssm = pacedSsm(withoutLog(new SSMClient(clientSettings)));
