/**
 * Public on-demand prices of us-east-1 in USD: the first tier of each scale, without free tiers. As of November 2026.
 */
export const prices = {
  /** https://aws.amazon.com/lambda/pricing/ (arm64) */
  lambdaRequest: 0.2e-6,
  lambdaGibSecond: 0.0000133334,
  /** https://aws.amazon.com/sqs/pricing/ (standard queues) */
  sqsRequest: 0.4e-6,
  /** https://aws.amazon.com/eventbridge/pricing/ (Scheduler) */
  scheduleInvocation: 1e-6,
  /** https://aws.amazon.com/s3/pricing/ (PUT, LIST) */
  s3List: 0.005e-3,
  /** https://aws.amazon.com/cloudwatch/pricing/ */
  logGib: 0.5,
  customMetric: 0.3,
  alarm: 0.1,
  /** https://aws.amazon.com/kms/pricing/; each of the first two yearly rotations adds the same amount */
  key: 1,
  /** https://aws.amazon.com/ebs/pricing/ (standard tier of snapshots) */
  snapshotGib: 0.05,
};
