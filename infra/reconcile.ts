import { arnOf } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { policies } from "./configuration.ts";
import { lambda } from "./functions.ts";
import { channelsPrefix } from "./names.ts";
import { notifications } from "./notifications.ts";
import { deregistering, lookingCloser, observing, retiring } from "./permissions.ts";
import { queue, reconcileSeconds } from "./queue.ts";
import { untaggedWhereNeeded } from "./region.ts";
import { startingBuilds } from "./start-build.ts";
import { encryptingFor } from "./topic-key.ts";

/** The one writer: starts builds, writes channels, retires images, announces. */
export const reconcile = lambda("Reconcile", "reconcile", {
  description: "Looks at everything, decides, acts",
  handler: "functions/reconcile.handler",
  timeout: `${reconcileSeconds} seconds`,
  memory: "512 MB",
  concurrency: policies.reserveConcurrency ? { reserved: 1 } : undefined,
  permissions: [
    ...observing,
    ...lookingCloser,
    { actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], resources: [queue.arn] },
    ...startingBuilds,
    // With the first write of each its tags.
    {
      actions: ["ssm:PutParameter", "ssm:AddTagsToResource"],
      resources: [arnOf("ssm", `parameter${channelsPrefix}/*`)],
    },
    { actions: ["sns:Publish"], resources: [notifications.arn] },
    encryptingFor(notifications.arn),
    { actions: ["s3:PutObject"], resources: [$interpolate`${artifacts.arn}/announced/*`] },
    ...retiring,
    ...(policies.retention.deregister ? deregistering : []),
  ],
});

new aws.lambda.EventSourceMapping(
  "ReconcileTriggers",
  {
    eventSourceArn: queue.arn,
    functionName: reconcile.name,
    batchSize: 100,
    // Batches above 10 need a window of at least one second.
    maximumBatchingWindowInSeconds: 2,
    // The least that AWS takes; the reservation makes it one.
    scalingConfig: { maximumConcurrency: 2 },
  },
  untaggedWhereNeeded,
);
