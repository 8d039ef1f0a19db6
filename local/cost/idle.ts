import { z } from "zod";
import type { CreatedResource } from "../deploy/cloud.ts";
import { prices } from "./prices.ts";

/** What nobody can read off the resources. Idle means: nothing drifts, nobody calls. */
export const assumptions = {
  hoursAMonth: 730,
  /** A look that finds nothing to do, with one to a few variants. */
  secondsALook: 4,
  /** It lists what has been announced and what was harvested. */
  listsALook: 2,
  /** As rehearsals log. */
  logBytesALook: 4096,
  /** Custom metrics that every look sends; the builds' are paid for in the hours of builds only (functions/metric-names.ts). */
  metrics: 4,
  /** Lambda polls a queue with five connections of 20 s however little is in it (Lambda developer guide, "Using Lambda with Amazon SQS"). */
  pollsAnHour: 5 * 180,
};

/** USD a month for one resource, by its logical name. */
export interface Cost {
  resource: string;
  usd: number;
}

/** What runs in a month. */
interface Usage {
  looks: number;
  /** Name of the function that looks, and of its log group. */
  looking: { name: unknown; logGroup: unknown };
}

type Price = (resource: CreatedResource, usage: Usage) => number;

const nothing: Price = () => 0;
const { hoursAMonth, secondsALook, listsALook, logBytesALook, metrics, pollsAnHour } = assumptions;

/** By type; what costs nothing, or nothing worth a line while nothing is built, with the reason. */
const costs: Readonly<Record<string, Price>> = {
  "aws:cloudwatch/eventRule:EventRule": nothing, // Events of AWS's own are free.
  "aws:cloudwatch/eventTarget:EventTarget": nothing,
  "aws:cloudwatch/logGroup:LogGroup": ({ inputs }, { looks, looking }) =>
    inputs.name === looking.logGroup ? ((looks * logBytesALook) / 2 ** 30) * prices.logGib : 0,
  "aws:cloudwatch/metricAlarm:MetricAlarm": () => prices.alarm,
  "aws:cloudwatch/queryDefinition:QueryDefinition": nothing, // Paid for when somebody asks.
  "aws:codebuild/project:Project": nothing, // Paid for by the minute of a build.
  "aws:ec2/securityGroup:SecurityGroup": nothing,
  "aws:iam/instanceProfile:InstanceProfile": nothing,
  "aws:iam/role:Role": nothing,
  "aws:kms/key:Key": () => prices.key,
  "aws:kms/keyPolicy:KeyPolicy": nothing,
  "aws:lambda/eventSourceMapping:EventSourceMapping": () => hoursAMonth * pollsAnHour * prices.sqsRequest,
  "aws:lambda/function:Function": ({ inputs }, { looks, looking }) => {
    if (inputs.name !== looking.name) return 0;
    const gib = z.number().parse(inputs.memorySize) / 1024;
    const look = prices.lambdaRequest + secondsALook * gib * prices.lambdaGibSecond + listsALook * prices.s3List;
    return looks * look + metrics * prices.customMetric;
  },
  "aws:lambda/functionUrl:FunctionUrl": nothing,
  "aws:lambda/permission:Permission": nothing,
  "aws:s3/bucket:Bucket": nothing, // Some megabytes: less than a tenth of a cent.
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": nothing,
  "aws:s3/bucketObjectv2:BucketObjectv2": nothing,
  "aws:s3/bucketPolicy:BucketPolicy": nothing,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": nothing,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": nothing,
  "aws:s3/bucketVersioning:BucketVersioning": nothing,
  // The schedule, and the message it sends; Lambda deletes the message.
  "aws:scheduler/schedule:Schedule": ({ inputs }) =>
    timesAMonth(z.string().parse(inputs.scheduleExpression)) * (prices.scheduleInvocation + 2 * prices.sqsRequest),
  "aws:sns/topic:Topic": nothing,
  "aws:sns/topicPolicy:TopicPolicy": nothing,
  "aws:sns/topicSubscription:TopicSubscription": nothing,
  "aws:sqs/queue:Queue": nothing, // Its requests are counted where they come from.
  "aws:sqs/queuePolicy:QueuePolicy": nothing,
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": nothing,
  "random:index/randomBytes:RandomBytes": nothing,
};

/**
 * What the resources of the program cost while nothing is built, each that costs something, dearest first. Images are apart: see
 * {@link imageStorage}.
 * @throws Error for a type that nobody has thought about
 */
export function idleCosts(resources: readonly CreatedResource[]): Cost[] {
  const usage = usageOf(resources);
  return resources
    .map((resource) => {
      const price = costs[resource.type];
      if (!price) throw new Error(`what ${resource.name} costs: nobody has said it of a ${resource.type}`);
      return { resource: resource.name, usd: price(resource, usage) };
    })
    .filter(({ usd }) => usd > 0)
    .toSorted((a, b) => b.usd - a.usd);
}

/** USD a month for images that are kept: what counts is what their snapshots hold, less than the disk, and of a chain only the changes. */
export function imageStorage({ images, usedGib }: { images: number; usedGib: number }): number {
  return images * usedGib * prices.snapshotGib;
}

function usageOf(resources: readonly CreatedResource[]): Usage {
  const mapping = resources.find(({ type }) => type === "aws:lambda/eventSourceMapping:EventSourceMapping");
  const looking = resources.find(
    ({ type, inputs }) => type === "aws:lambda/function:Function" && inputs.name === mapping?.inputs.functionName,
  );
  const schedules = resources.filter(({ type }) => type === "aws:scheduler/schedule:Schedule");
  return {
    looks: schedules.reduce((sum, { inputs }) => sum + timesAMonth(String(inputs.scheduleExpression)), 0),
    looking: {
      name: looking?.inputs.name,
      logGroup: (looking?.inputs.loggingConfig as { logGroup?: string } | undefined)?.logGroup,
    },
  };
}

const hoursOf: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24 };

/** @throws Error for an expression that is neither a rate nor a day of the month */
function timesAMonth(expression: string): number {
  const [, count, unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count) return hoursAMonth / (Number(count) * (hoursOf[unit] ?? Number.NaN));
  if (/^cron\(\d+ \d+ \? \* \w{3}#\d \*\)$/.test(expression)) return 1;
  throw new Error(`how often ${expression} comes: it is neither a rate nor a day of the month`);
}
