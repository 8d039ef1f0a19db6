import { policies } from "./configuration.ts";
import { named } from "./names.ts";

export const buildLogs = new aws.cloudwatch.LogGroup("BuildLogs", {
  name: `/aws/codebuild/${named("build")}`,
  retentionInDays: policies.logRetentionDays,
});
