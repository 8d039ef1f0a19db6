import { policyDocument } from "./account.ts";
import { artifacts, harvestRecipe, recipe } from "./artifacts.ts";
import { project } from "./builds.ts";
import { policies } from "./configuration.ts";
import { channelsPrefix, named, requestsPrefix } from "./names.ts";
import { notifications } from "./notifications.ts";
import { queue } from "./queue.ts";

/** What the two functions have in common: runtime, log group, a role that may write to that group only, environment. */
export function lambda(
  name: string,
  noun: string,
  own: Omit<sst.aws.FunctionArgs, "permissions"> & { permissions: sst.aws.FunctionPermissionArgs[] },
): sst.aws.Function {
  const logs = new aws.cloudwatch.LogGroup(`${name}Logs`, {
    name: `/aws/lambda/${named(noun)}`,
    retentionInDays: policies.logRetentionDays,
  });
  return new sst.aws.Function(name, {
    ...own,
    name: named(noun),
    runtime: "nodejs24.x",
    architecture: "arm64",
    // Stack traces that one can read are worth more than a megabyte.
    nodejs: { minify: false },
    logging: { logGroup: logs.name, format: "text" },
    environment: {
      STAGE: $app.stage,
      RECIPE: recipe,
      HARVEST_RECIPE: harvestRecipe,
      PROJECT_NAME: project.name,
      TOPIC_ARN: notifications.arn,
      QUEUE_URL: queue.url,
      BUCKET: artifacts.name,
      CHANNELS_PREFIX: channelsPrefix,
      REQUESTS_PREFIX: requestsPrefix,
      POWERTOOLS_SERVICE_NAME: noun,
    },
    permissions: [
      ...own.permissions,
      { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [$interpolate`${logs.arn}:*`] },
    ],
    transform: {
      role: {
        // SST 4.17 would let every identity of the account assume the role.
        assumeRolePolicy: policyDocument([
          { actions: ["sts:AssumeRole"], principals: [{ type: "Service", identifiers: ["lambda.amazonaws.com"] }] },
        ]),
        // And add AWSLambdaBasicExecutionRole, which writes to every log group of the account.
        managedPolicyArns: [],
      },
    },
  });
}
