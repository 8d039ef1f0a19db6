import { policies } from "./configuration.ts";
import { named } from "./names.ts";

/** CloudWatch encrypts every log group with a key of its own unless told another (CloudWatch Logs user guide, "Encrypt log data"). */
export const buildLogs = new aws.cloudwatch.LogGroup("BuildLogs", {
  name: `/aws/codebuild/${named("build")}`,
  retentionInDays: policies.logRetentionDays,
});
