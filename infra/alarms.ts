import { hour } from "../functions/config/time.ts";
import { alarm, inAnyOfQuietHours, inEachOf, maxHours, maxPeriodHours, own, quietHours } from "./alarm.ts";
import { policies } from "./configuration.ts";
import { fastLaunchAlarms } from "./fast-launch-alarm.ts";
import { fleetAlarms } from "./fleet-alarms.ts";
import { queries } from "./queries.ts";
import { deadLetters, maxReceiveCount, queue } from "./queue.ts";
import { reconcile } from "./reconcile.ts";

const lambda = { namespace: "AWS/Lambda", dimensions: { FunctionName: reconcile.name } };
const ofQueue = ({ nodes }: sst.aws.Queue) => ({ namespace: "AWS/SQS", dimensions: { QueueName: nodes.queue.name } });
/** Half a day, in periods long enough to contain a reconcile run. */
const halfADay = Math.max(2, Math.ceil(12 / quietHours));

/**
 * Each costs 0.10 USD a month, 1.10 USD in all (the first ten of an account are free), 0.20 USD more with fleets and 0.10 with
 * Fast Launch.
 * Each notifies operators when it starts and when it ends.
 */
export const alarms = [
  alarm("DeadLettersAlarm", "dead-letters", {
    alarmDescription: $interpolate`Reconcile failed ${maxReceiveCount} times on messages that are now in ${deadLetters.nodes.queue.name}. The messages are only triggers: no image is lost, and later reconcile runs see the same state. The saved query ${queries.failed} shows why reconcile failed. Fix the cause, then purge the queue or redrive it.`,
    ...ofQueue(deadLetters),
    metricName: "ApproximateNumberOfMessagesVisible",
    statistic: "Maximum",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    period: 300,
    evaluationPeriods: 1,
    // SQS stops reporting a queue without activity for six hours, even if messages are in it. The alarm then keeps its
    // state.
    treatMissingData: "ignore",
  }),
  // A failed message comes back after half an hour, the visibility timeout, and a schedule triggers a run in between.
  // One failure needs no operator.
  alarm("ReconcileFailingAlarm", "reconcile-failing", {
    alarmDescription: $interpolate`Reconcile failed in two of the last three half hours. Nothing is built or published meanwhile; published images stay. The saved query ${queries.failed} shows what reconcile was doing. Every further run tries again.`,
    ...lambda,
    metricName: "Errors",
    statistic: "Sum",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    period: 1800,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    // Lambda reports 0 for a successful invocation. Without invocations there are no errors; the QuietAlarm covers
    // that.
    treatMissingData: "notBreaching",
  }),
  // SQS leaves a message out of this metric once it has been received three times (SQS developer guide, "Available
  // CloudWatch metrics"). A message whose reconcile run is throttled is received about every half hour, the visibility
  // timeout: its age never exceeds an hour here.
  alarm("QueueOldAlarm", "queue-old", {
    alarmDescription: $interpolate`Triggers have waited for more than 45 minutes in ${queue.nodes.queue.name}: no function receives them. Check that the event source mapping of ${reconcile.name} is enabled, and that the function is not throttled (reserved concurrency 0, or the account's quota used up). Nothing is lost: one reconcile run handles all waiting triggers.`,
    ...ofQueue(queue),
    metricName: "ApproximateAgeOfOldestMessage",
    statistic: "Maximum",
    comparisonOperator: "GreaterThanThreshold",
    // Between one and two visibility timeouts, so that the three periods below fit in.
    threshold: 2700,
    period: 300,
    evaluationPeriods: 3,
    // SQS reports no age while the queue is empty.
    treatMissingData: "notBreaching",
  }),
  ...(quietHours <= maxPeriodHours
    ? [
        alarm("ActionsFailingAlarm", "actions-failing", {
          alarmDescription: $interpolate`For ${2 * quietHours} hours, reconcile runs failed to carry out an action: write a channel, start a build, send a notification, retire an image, or find and remove what a build left behind. The saved query ${queries.failed} shows the action and the answer of AWS. Every further run tries again.`,
          ...own("ActionsFailed"),
          ...inEachOf(2),
        }),
        alarm("LeftoversAlarm", "leftovers", {
          alarmDescription: $interpolate`For ${3 * quietHours} hours, reconcile runs found something that a killed build left behind: an instance (about 280 USD a month), a volume, a key pair, a security group, a snapshot or an unfinished image. Usually the sweep removes it within half an hour, so either policies.sweep in config.ts is "report", AWS refuses, something still uses it, or only its tags say that a build made it: then remove it yourself, or its tags. GET / of the API lists it (leftovers), and the saved query ${queries.failed} shows what AWS answered.`,
          ...own("Leftovers"),
          ...inEachOf(3),
        }),
        alarm("BlockedAlarm", "blocked", {
          alarmDescription: $interpolate`For ${halfADay * quietHours} hours, a variant could not be built: an upstream source does not answer, something that the build needs is missing, or CodeBuild has no capacity (quota of concurrent builds). Whether the variant is up to date may be unknown. GET / of the API names the reason (blockedBy), as do the saved queries ${queries.notBuilt} and ${queries.built}. Published images stay.`,
          ...own("BlockedVariants"),
          // Upstream hosts have short outages.
          ...inEachOf(halfADay),
        }),
        alarm("StuckAlarm", "stuck", {
          alarmDescription: $interpolate`A variant's builds have failed for longer than a day, or the service gave up: it does not build the same inputs again until one of them changes or a person asks. GET / of the API names the variant (failingSince, gaveUp) and the cause (lastFailure), as does the saved query ${queries.failed}. Fix the cause, then change packer/ or config.ts, or POST /rebuild. Published images stay.`,
          ...own("StuckVariants"),
          ...inEachOf(1),
        }),
        alarm("PausedAlarm", "paused", {
          alarmDescription: $interpolate`A variant, or everything, has been paused for longer than a week: it gets no security updates meanwhile. GET / of the API says what is paused, by whom and why (pauses), as does the saved query ${queries.asked}. POST /resume ends a pause.`,
          ...own("HoursPaused"),
          ...inEachOf(1),
          threshold: 7 * 24,
        }),
        alarm("UnrecordedAlarm", "unrecorded", {
          alarmDescription: $interpolate`An available image has this service's tags, and no record confirms what they claim: it is forged, a copy, left by an interrupted build or from before records. No channel takes it. GET / of the API names the image (unrecorded), the saved query ${queries.failed} shows the notification, and CloudTrail says who made or tagged it (CopyImage, CreateTags). Deregister it or delete its tags. If this service made it before it kept records, npm run cli -- adopt records it.`,
          ...own("UnrecordedImages"),
          ...inEachOf(1),
        }),
      ]
    : []),
  ...(quietHours <= maxHours
    ? [
        alarm("StaleAlarm", "stale", {
          alarmDescription: $interpolate`A variant has been behind its inputs for longer than policies.staleAfter in config.ts. GET / of the API names the variant, the time since when it is behind (behindSince) and what its build waits for. The saved queries ${queries.notBuilt} and ${queries.failed} show the same. Published images stay. This alarm also ends if no reconcile run completes any more; then the alarm quiet starts.`,
          ...own("HoursBehind"),
          ...inAnyOfQuietHours(),
          threshold: policies.staleAfter / hour,
        }),
        alarm("QuietAlarm", "quiet", {
          alarmDescription: $interpolate`No reconcile run has completed for ${quietHours} h or more: nothing is watched. Check that the schedules and the event source mapping of ${reconcile.name} are enabled, and whether ${reconcile.name} fails (saved query ${queries.failed}). This alarm is also on between the first deployment and the first run.`,
          ...own("ReconcileDuration"),
          statistic: "SampleCount",
          comparisonOperator: "LessThanThreshold",
          threshold: 1,
          period: 3600,
          evaluationPeriods: quietHours,
          // Missing data is what this alarm detects.
          treatMissingData: "breaching",
        }),
      ]
    : []),
  ...fleetAlarms,
  ...fastLaunchAlarms,
];
