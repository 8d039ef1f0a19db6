import { z } from "zod";
import type { CreatedResource } from "../deploy/cloud.ts";
import { prices } from "./prices.ts";

/** Quantities that the resources do not contain. Idle means that no input drifts and nobody calls the API. */
export const assumptions = {
  hoursPerMonth: 730,
  /** A reconcile run without anything to do, for up to a dozen variants: its calls hardly depend on their number. */
  secondsPerRun: 4,
  /** It lists notification records and pauses. */
  listsPerRun: 2,
  /** Measured in rehearsals: a run, and each variant's two lines in it. */
  logBytesPerRun: 2048,
  logBytesPerVariant: 1536,
  /** Custom metrics of a reconcile run that has nothing to count (`functions/telemetry/metric-names.ts`). */
  metrics: 1,
  /**
   * Lambda polls even an empty queue with five connections of 20 s (Lambda developer guide, "Using Lambda with Amazon
   * SQS").
   */
  pollsPerHour: 5 * 180,
};

/** USD per month for one resource, by its logical name. */
export interface Cost {
  resource: string;
  usd: number;
}

/** The usage in a month. */
interface Usage {
  variants: number;
  runs: number;
  /** The name of the function that the queue triggers, and of its log group. */
  reconcile: { name: unknown; logGroup: unknown };
}

type Price = (resource: CreatedResource, usage: Usage) => number;

const nothing: Price = () => 0;
const { hoursPerMonth, secondsPerRun, listsPerRun, metrics, pollsPerHour } = assumptions;

/** Prices by type. A type that is free, or nearly free while nothing is built, has a comment with the reason. */
const costs: Readonly<Record<string, Price>> = {
  "aws:cloudwatch/eventRule:EventRule": nothing, // AWS's own events are free.
  "aws:cloudwatch/eventTarget:EventTarget": nothing,
  "aws:cloudwatch/logGroup:LogGroup": ({ inputs }, { variants, runs, reconcile }) => {
    const bytesPerRun = assumptions.logBytesPerRun + variants * assumptions.logBytesPerVariant;
    return inputs.name === reconcile.logGroup ? ((runs * bytesPerRun) / 2 ** 30) * prices.logGib : 0;
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": () => prices.alarm,
  "aws:cloudwatch/queryDefinition:QueryDefinition": nothing, // Charged per query.
  "aws:codebuild/project:Project": nothing, // Charged per minute of a build.
  "aws:ec2/securityGroup:SecurityGroup": nothing,
  "aws:iam/instanceProfile:InstanceProfile": nothing,
  "aws:iam/policy:Policy": nothing,
  "aws:iam/role:Role": nothing,
  "aws:kms/key:Key": () => prices.key,
  "aws:kms/keyPolicy:KeyPolicy": nothing,
  "aws:lambda/eventSourceMapping:EventSourceMapping": () => hoursPerMonth * pollsPerHour * prices.sqsRequest,
  "aws:lambda/function:Function": ({ inputs }, { runs, reconcile }) => {
    if (inputs.name !== reconcile.name) return 0;
    const gib = z.number().parse(inputs.memorySize) / 1024;
    const run = prices.lambdaRequest + secondsPerRun * gib * prices.lambdaGibSecond + listsPerRun * prices.s3List;
    return runs * run + metrics * prices.customMetric;
  },
  "aws:lambda/functionUrl:FunctionUrl": nothing,
  "aws:lambda/permission:Permission": nothing,
  "aws:s3/bucket:Bucket": nothing, // A few megabytes: less than a tenth of a cent.
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": nothing,
  "aws:s3/bucketObjectv2:BucketObjectv2": nothing,
  "aws:s3/bucketPolicy:BucketPolicy": nothing,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": nothing,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": nothing,
  "aws:s3/bucketVersioning:BucketVersioning": nothing,
  // The invocation, and two requests to SQS: the schedule sends a message and Lambda deletes it.
  "aws:scheduler/schedule:Schedule": ({ inputs }) =>
    timesPerMonth(z.string().parse(inputs.scheduleExpression)) * (prices.scheduleInvocation + 2 * prices.sqsRequest),
  "aws:sns/topic:Topic": nothing,
  "aws:sns/topicPolicy:TopicPolicy": nothing,
  "aws:sns/topicSubscription:TopicSubscription": nothing,
  "aws:sqs/queue:Queue": nothing, // The senders and the receiver account for its requests.
  "aws:sqs/queuePolicy:QueuePolicy": nothing,
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": nothing,
  "random:index/randomBytes:RandomBytes": nothing,
};

/**
 * The cost of the program's resources while nothing is built: each resource that costs something, the most expensive
 * first. For images see {@link imageStorage}.
 * @throws Error for a type without a price
 */
export function idleCosts(resources: readonly CreatedResource[], variants: number): Cost[] {
  const usage = usageOf(resources, variants);
  return resources
    .map((resource) => {
      const price = costs[resource.type];
      if (!price)
        throw new Error(
          `pricing ${resource.name}: the type ${resource.type} has no price; add one in local/cost/idle.ts`,
        );
      return { resource: resource.name, usd: price(resource, usage) };
    })
    .filter(({ usd }) => usd > 0)
    .toSorted((a, b) => b.usd - a.usd);
}

/**
 * USD per month for stored images. AWS charges for the data in a snapshot, not for the disk size, and only for changed
 * blocks of a chain.
 */
export function imageStorage({ images, usedGib }: { images: number; usedGib: number }): number {
  return images * usedGib * prices.snapshotGib;
}

function usageOf(resources: readonly CreatedResource[], variants: number): Usage {
  const mapping = resources.find(({ type }) => type === "aws:lambda/eventSourceMapping:EventSourceMapping");
  const reconcile = resources.find(
    ({ type, inputs }) => type === "aws:lambda/function:Function" && inputs.name === mapping?.inputs.functionName,
  );
  const schedules = resources.filter(({ type }) => type === "aws:scheduler/schedule:Schedule");
  return {
    variants,
    runs: schedules.reduce((sum, { inputs }) => sum + timesPerMonth(String(inputs.scheduleExpression)), 0),
    reconcile: {
      name: reconcile?.inputs.name,
      logGroup: (reconcile?.inputs.loggingConfig as { logGroup?: string } | undefined)?.logGroup,
    },
  };
}

const hoursOf: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24 };

/** @throws Error for an expression that is neither a rate nor a weekday of the month */
function timesPerMonth(expression: string): number {
  const [, count, unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count) return hoursPerMonth / (Number(count) * (hoursOf[unit] ?? Number.NaN));
  if (/^cron\(\d+ \d+ \? \* \w{3}#\d \*\)$/.test(expression)) return 1;
  throw new Error(`counting the runs of ${expression}: it is neither a rate nor a weekday of the month`);
}
