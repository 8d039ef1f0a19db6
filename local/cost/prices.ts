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
  s3Put: 0.005e-3,
  /** https://aws.amazon.com/cloudwatch/pricing/ */
  logGib: 0.5,
  customMetric: 0.3,
  alarm: 0.1,
  /** https://aws.amazon.com/kms/pricing/; each of the first two yearly rotations adds the same amount */
  key: 1,
  /** https://aws.amazon.com/ebs/pricing/ (standard tier of snapshots, gp3 volumes, each a month) */
  snapshotGib: 0.05,
  gp3Gib: 0.08,
  gp3MibPerSecond: 0.04,
  gp3Iops: 0.005,
  /** https://aws.amazon.com/codebuild/pricing/ (Linux, x86-64, a minute) */
  buildMinute: { BUILD_GENERAL1_SMALL: 0.005 } as Readonly<Record<string, number>>,
  /** https://aws.amazon.com/ec2/pricing/on-demand/ (Linux, an hour) */
  instanceHour: { "m7i.xlarge": { usd: 0.2016, vcpus: 4 } } as Readonly<Record<string, { usd: number; vcpus: number }>>,
  /** The same page: what an hour costs more with Windows, for each vCPU. */
  windowsVcpuHour: 0.046,
  /** https://aws.amazon.com/vpc/pricing/ (a public IPv4 address, an hour) */
  addressHour: 0.005,
};
