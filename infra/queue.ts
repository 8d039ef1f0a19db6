import { nothingWithoutTls, policyDocument } from "./account.ts";

/** Receives a message after {@link maxReceiveCount} attempts in which reconcile failed. */
export const deadLetters = new sst.aws.Queue("DeadLetters", {
  transform: { queue: { sqsManagedSseEnabled: true, messageRetentionSeconds: 14 * 24 * 60 * 60 } },
});

new aws.sqs.QueuePolicy("DeadLettersPolicy", {
  queueUrl: deadLetters.url,
  policy: policyDocument([nothingWithoutTls("sqs:*", deadLetters.arn)]),
});

/** The timeout of a reconcile run. */
export const reconcileSeconds = 300;

/** High, because a message counts as received even if the function, whose reserved concurrency is 1, was throttled. */
export const maxReceiveCount = 20;

/**
 * The queue for all triggers: many triggers at once become one batch and one reconcile run. It is encrypted by SQS
 * itself, because EventBridge could not write to a queue under `alias/aws/sqs`.
 */
export const queue = new sst.aws.Queue("Triggers", {
  // AWS recommends six times the function's timeout.
  visibilityTimeout: `${6 * reconcileSeconds} seconds`,
  dlq: { queue: deadLetters.arn, retry: maxReceiveCount },
  transform: { queue: { sqsManagedSseEnabled: true } },
});

// Without this, any queue of the account could use this dead-letter queue.
new aws.sqs.RedriveAllowPolicy("DeadLettersRedrive", {
  queueUrl: deadLetters.url,
  redriveAllowPolicy: $jsonStringify({ redrivePermission: "byQueue", sourceQueueArns: [queue.arn] }),
});
