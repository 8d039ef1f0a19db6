import { nothingWithoutTls, policyDocument } from "./account.ts";

/** What a message that could not even be observed ends in, after {@link maxReceiveCount} attempts. */
export const deadLetters = new sst.aws.Queue("DeadLetters", {
  transform: { queue: { sqsManagedSseEnabled: true, messageRetentionSeconds: 14 * 24 * 60 * 60 } },
});

new aws.sqs.QueuePolicy("DeadLettersPolicy", {
  queueUrl: deadLetters.url,
  policy: policyDocument([nothingWithoutTls("sqs:*", deadLetters.arn)]),
});

/** Seconds that one reconcile may take. */
export const reconcileSeconds = 300;

/** A message throttled by the reservation of one counts as received although nobody looked at it: be generous. */
export const maxReceiveCount = 20;

/**
 * Every trigger meets here, so that a storm of them is one batch and one reconcile. Encrypted by SQS itself: under
 * `alias/aws/sqs` EventBridge could not write to it.
 */
export const queue = new sst.aws.Queue("Triggers", {
  // AWS asks for six times the function's timeout.
  visibilityTimeout: `${6 * reconcileSeconds} seconds`,
  dlq: { queue: deadLetters.arn, retry: maxReceiveCount },
  transform: { queue: { sqsManagedSseEnabled: true } },
});

// Without it any queue of the account may name this one as its own.
new aws.sqs.RedriveAllowPolicy("DeadLettersRedrive", {
  queueUrl: deadLetters.url,
  redriveAllowPolicy: $jsonStringify({ redrivePermission: "byQueue", sourceQueueArns: [queue.arn] }),
});
