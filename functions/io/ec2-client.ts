import { EC2Client } from "@aws-sdk/client-ec2";
import { clientSettings, withoutLog } from "./client-settings.ts";
import { pacedEc2 } from "./pace.ts";

export const ec2 = pacedEc2(withoutLog(new EC2Client(clientSettings)));
