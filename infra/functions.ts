import { policyDocument } from "./account.ts";
import { artifacts, harvestRecipe, recipe } from "./artifacts.ts";
import { project } from "./builds.ts";
import { policies } from "./configuration.ts";
import { guestProfile, harvestProfile } from "./guest.ts";
import { channelsPrefix, fleetsPrefix, named, namedInAccount, requestsPrefix } from "./names.ts";
import { notifications } from "./notifications.ts";
import { queue } from "./queue.ts";

/**
 * A function with everything that all functions share: runtime, environment, log group, and a role that can write to
 * this log group only.
 */
export function lambda(
  name: string,
  noun: string,
  {
    environment,
    policies: managed,
    ...own
  }: Omit<sst.aws.FunctionArgs, "permissions" | "policies" | "environment"> & {
    permissions: sst.aws.FunctionPermissionArgs[];
    /** ARNs of managed policies, in addition to the permissions. */
    policies: $util.Input<string>[];
    environment?: Record<string, $util.Input<string>>;
  },
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
      FLEETS_PREFIX: fleetsPrefix,
      INSTANCE_PROFILES: $interpolate`${guestProfile.name},${harvestProfile.name}`,
      POWERTOOLS_SERVICE_NAME: noun,
      ...environment,
    },
    permissions: [
      ...own.permissions,
      { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [$interpolate`${logs.arn}:*`] },
    ],
    transform: {
      role: {
        // The bucket's policy names the roles that may write records.
        name: namedInAccount(noun),
        // SST 4.17's default lets every identity of the account assume the role.
        assumeRolePolicy: policyDocument([
          { actions: ["sts:AssumeRole"], principals: [{ type: "Service", identifiers: ["lambda.amazonaws.com"] }] },
        ]),
        // SST's default is AWSLambdaBasicExecutionRole, which can write to every log group of the account.
        managedPolicyArns: managed,
      },
    },
  });
}
