import { type MetricName, metricDimensions, metricsNamespace } from "../functions/telemetry/metric-names.ts";
import { policies } from "./configuration.ts";
import { named } from "./names.ts";
import { operations } from "./operations.ts";

/** One of the service's own metrics. */
export const own = (metricName: MetricName) => ({
  namespace: metricsNamespace,
  dimensions: metricDimensions($app.stage),
  metricName,
});

/**
 * The hours without a reconcile run that raise an alarm: two intervals of the more frequent schedule, rounded up, at
 * least one hour.
 */
export const quietHours = Math.max(
  1,
  Math.ceil((2 * Math.min(...[policies.baseAmiSchedule, policies.kubernetesSchedule].map(minutesOf))) / 60),
);
/** CloudWatch evaluates at most the last seven days, in periods of at most a day (API reference, PutMetricAlarm). */
export const maxHours = 7 * 24;
export const maxPeriodHours = 24;

/**
 * For a metric that reconcile runs send only if its value is above 0: alarms if it is above 0 in each of the last
 * `periods` periods. It ends once CloudWatch finds no value any more where it looks, a few periods further back than that
 * (user guide, "Configuring how CloudWatch alarms treat missing data").
 */
export function inEachOf(periods: number) {
  return {
    statistic: "Maximum",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    period: quietHours * 3600,
    evaluationPeriods: periods,
    treatMissingData: "notBreaching",
  };
}

/** The same for a metric of which one value is enough, whether a period contains a reconcile run or several contain one. */
export function inAnyOfQuietHours() {
  const periodHours = Math.min(quietHours, maxPeriodHours);
  const periods = Math.ceil(quietHours / periodHours);
  return { ...inEachOf(periods), period: periodHours * 3600, datapointsToAlarm: 1 };
}

/** An alarm that notifies operators when it starts and when it ends. */
export function alarm(
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
