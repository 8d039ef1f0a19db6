import { policies } from "./configuration.ts";
import { named } from "./names.ts";

/** CloudWatch encrypts each log group with its own key by default (CloudWatch Logs user guide, "Encrypt log data"). */
export const buildLogs = new aws.cloudwatch.LogGroup("BuildLogs", {
  name: `/aws/codebuild/${named("build")}`,
  retentionInDays: policies.logRetentionDays,
});
