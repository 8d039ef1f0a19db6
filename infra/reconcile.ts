import { arnOf } from "./account.ts";
import { chatTopic } from "./chat.ts";
import { policies } from "./configuration.ts";
import { fastLaunchRole, reconcilingFastLaunch } from "./fast-launch-permissions.ts";
import { templateVersion } from "./fast-launch-template.ts";
import { fleetsRole } from "./fleet-groups.ts";
import { reconcilingFleets } from "./fleet-permissions.ts";
import { lambda } from "./functions.ts";
import { channelsPrefix } from "./names.ts";
import { notifications } from "./notifications.ts";
import { deregistering, observing, observingForActions, recording, retiring, sweeping } from "./permissions.ts";
import { reconcilingPlaces } from "./place-permissions.ts";
import { placesRole } from "./place-roles.ts";
import { queue, reconcileSeconds } from "./queue.ts";
import { untaggedWhereNeeded } from "./region.ts";
import { reservations } from "./reservations.ts";
import { startingBuilds } from "./start-build.ts";
import { encryptingFor } from "./topic-key.ts";

const topics = [notifications, ...(chatTopic ? [chatTopic] : [])].map(({ arn }) => arn);

/**
 * The only function that acts: it starts builds, writes channels, retires images, rolls fleets and sends notifications.
 */
export const reconcile = lambda("Reconcile", "reconcile", {
  description: "Observes everything, plans and acts",
  handler: "functions/reconcile.handler",
  timeout: `${reconcileSeconds} seconds`,
  memory: "512 MB",
  environment: {
    ...(fleetsRole && { FLEETS_ROLE: fleetsRole }),
    ...(placesRole && { PLACES_ROLE: placesRole }),
    ...(fastLaunchRole && { FAST_LAUNCH_ROLE: fastLaunchRole }),
    ...(templateVersion && { FAST_LAUNCH_TEMPLATE: templateVersion }),
    ...(chatTopic && { CHAT_TOPIC_ARN: chatTopic.arn }),
  },
  concurrency: policies.reserveConcurrency ? { reserved: reservations.reconcile } : undefined,
  policies: [...reconcilingFleets, ...reconcilingFastLaunch, ...reconcilingPlaces],
  permissions: [
    ...observing,
    ...observingForActions,
    { actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], resources: [queue.arn] },
    ...startingBuilds,
    // The first write of a parameter also writes its tags.
    {
      actions: ["ssm:PutParameter", "ssm:AddTagsToResource"],
      resources: [arnOf("ssm", `parameter${channelsPrefix}/*`)],
    },
    { actions: ["sns:Publish"], resources: topics },
    encryptingFor(...topics),
    ...retiring,
    recording("reconcile"),
    ...deregistering,
    ...sweeping,
  ],
});

new aws.lambda.EventSourceMapping(
  "ReconcileTriggers",
  {
    eventSourceArn: queue.arn,
    functionName: reconcile.name,
    batchSize: 100,
    // The least that AWS accepts for a batch size above 10.
    maximumBatchingWindowInSeconds: 1,
    // AWS's minimum. The reserved concurrency makes it one.
    scalingConfig: { maximumConcurrency: 2 },
  },
  untaggedWhereNeeded,
);
