import { S3Client } from "@aws-sdk/client-s3";
import { clientSettings, withoutLog } from "./client-settings.ts";

export const s3 = withoutLog(new S3Client(clientSettings));
