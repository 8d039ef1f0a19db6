import { hour } from "../functions/config/time.ts";
import { type MetricName, metricDimensions, metricsNamespace } from "../functions/telemetry/metric-names.ts";
import { policies } from "./configuration.ts";
import { named } from "./names.ts";
import { operations } from "./operations.ts";
import { queries } from "./queries.ts";
import { deadLetters, maxReceiveCount, queue } from "./queue.ts";
import { reconcile } from "./reconcile.ts";

const lambda = { namespace: "AWS/Lambda", dimensions: { FunctionName: reconcile.name } };
const ofQueue = ({ nodes }: sst.aws.Queue) => ({ namespace: "AWS/SQS", dimensions: { QueueName: nodes.queue.name } });
const own = (metricName: MetricName) => ({
  namespace: metricsNamespace,
  dimensions: metricDimensions($app.stage),
  metricName,
});

/** Whole hours without a look that are too many: twice what the more frequent schedule leaves between two, and one at least. */
const quietHours = Math.max(
  1,
  Math.ceil((2 * Math.min(...[policies.baseAmiSchedule, policies.kubernetesSchedule].map(minutesOf))) / 60),
);
/** CloudWatch looks back seven days at most, in periods of a day at most (API reference, PutMetricAlarm). */
const longestHours = 7 * 24;
const longestPeriod = 24;
/** In periods that are long enough to hold a look. */
const halfADay = Math.max(2, Math.ceil(12 / quietHours));

/** 0.10 USD a month each, 0.70 in all (the first ten of an account are free). Each tells when it begins and when it is over. */
export const alarms = [
  alarm("DeadLettersAlarm", "dead-letters", {
    alarmDescription: $interpolate`Reconcile failed ${maxReceiveCount} times on messages that are now in ${deadLetters.nodes.queue.name}. They are only triggers: no image is lost, later looks see the same. Why it failed is answered by the saved query ${queries.failed}. Once that is mended, purge the queue or redrive it.`,
    ...ofQueue(deadLetters),
    metricName: "ApproximateNumberOfMessagesVisible",
    statistic: "Maximum",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    period: 300,
    evaluationPeriods: 1,
    // SQS stops to report queues in which nothing happens for six hours, messages in them or not: what was said last stands.
    treatMissingData: "ignore",
  }),
  // One that fails comes again after half an hour, the visibility timeout, and a schedule looks in between: failing once is nobody's business.
  alarm("ReconcileFailingAlarm", "reconcile-failing", {
    alarmDescription: $interpolate`Reconcile has failed in two of the last three half hours: nothing is built or published meanwhile, what is published stays. The saved query ${queries.failed} tells what it was doing. Each next look tries again by itself.`,
    ...lambda,
    metricName: "Errors",
    statistic: "Sum",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    period: 1800,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    // Lambda reports 0 for a call that went well; where there are no calls there are no errors, which another alarm tells.
    treatMissingData: "notBreaching",
  }),
  // A message that has been received three times counts no more (SQS developer guide, "Available CloudWatch metrics"). One that a look is
  // throttled for is received about every half hour, the visibility timeout: of those that nobody takes none is ever seen older than an hour.
  alarm("QueueOldAlarm", "queue-old", {
    alarmDescription: $interpolate`Triggers have waited for more than three quarters of an hour in ${queue.nodes.queue.name}: nobody takes them. Is the event source mapping of ${reconcile.name} enabled? Is the function throttled (its reserved concurrency is 0, or the account's quota used up)? Nothing is lost: one look serves them all.`,
    ...ofQueue(queue),
    metricName: "ApproximateAgeOfOldestMessage",
    statistic: "Maximum",
    comparisonOperator: "GreaterThanThreshold",
    // More than one round and less than two, for the three periods below to fit in between.
    threshold: 2700,
    period: 300,
    evaluationPeriods: 3,
    // SQS reports no age where nothing waits.
    treatMissingData: "notBreaching",
  }),
  alarm("StaleAlarm", "stale", {
    alarmDescription: $interpolate`A variant has been behind its inputs for longer than policies.staleAfter of config.ts. GET / of the API says which one, since when (behindSince) and what its build waits for; so do the saved queries ${queries.notBuilt} and ${queries.failed}. What is published stays.`,
    ...own("HoursBehind"),
    statistic: "Maximum",
    comparisonOperator: "GreaterThanThreshold",
    threshold: policies.staleAfter / hour,
    period: 3600,
    evaluationPeriods: 1,
    // No look, no news: an image does not get younger because nobody looks.
    treatMissingData: "ignore",
  }),
  ...(quietHours <= longestPeriod
    ? [
        alarm("ActionsFailingAlarm", "actions-failing", {
          alarmDescription: $interpolate`In ${2 * quietHours} hours running, looks could not do something that was to be done: write a channel, start a build, announce, retire. The saved query ${queries.failed} tells what, and what AWS answered. Each next look tries again by itself.`,
          ...own("ActionsFailed"),
          ...inEachOf(2),
        }),
        alarm("BlockedAlarm", "blocked", {
          alarmDescription: $interpolate`For ${halfADay * quietHours} hours nothing could be built for a variant: a source upstream does not answer, something that a build needs is not there, or CodeBuild has no room (quota of concurrent builds). Whether the variant is up to date nobody may know. GET / of the API names the reason (blockedBy), so do the saved queries ${queries.notBuilt} and ${queries.built}. What is published stays.`,
          ...own("BlockedVariants"),
          // Hosts have outages.
          ...inEachOf(halfADay),
        }),
      ]
    : []),
  ...(quietHours <= longestHours
    ? [
        alarm("QuietAlarm", "quiet", {
          alarmDescription: $interpolate`No look has come to its end for ${quietHours} h or more: nothing is watched. Are the schedules enabled, and the event source mapping of ${reconcile.name}? Does ${reconcile.name} fail (saved query ${queries.failed})? It rings right after the first deployment until the first look.`,
          ...own("ReconcileDuration"),
          statistic: "SampleCount",
          comparisonOperator: "LessThanThreshold",
          threshold: 1,
          period: 3600,
          evaluationPeriods: quietHours,
          // Nothing measured is just what it is about.
          treatMissingData: "breaching",
        }),
      ]
    : []),
];

/** A metric that looks send only where there is something to count, counted in each of so many periods in a row. */
function inEachOf(periods: number) {
  return {
    statistic: "Maximum",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    period: quietHours * 3600,
    evaluationPeriods: periods,
    treatMissingData: "notBreaching",
  };
}

function alarm(
  name: string,
  noun: string,
  args: Omit<aws.cloudwatch.MetricAlarmArgs, "name">,
): aws.cloudwatch.MetricAlarm {
  const actions = [operations.arn];
  return new aws.cloudwatch.MetricAlarm(name, {
    name: named(noun),
    alarmActions: actions,
    okActions: actions,
    ...args,
  });
}

function minutesOf(rate: string): number {
  const [, count, unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(rate) ?? [];
  return Number(count) * (unit === "day" ? 1440 : unit === "hour" ? 60 : 1);
}
