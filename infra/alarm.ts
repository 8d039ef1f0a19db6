import { type MetricName, metricDimensions, metricsNamespace } from "../functions/telemetry/metric-names.ts";
import { policies } from "./configuration.ts";
import { named } from "./names.ts";
import { operations } from "./operations.ts";
import { quietHoursOf } from "./quiet-hours.ts";

/** One of the service's own metrics. */
export const own = (metricName: MetricName) => ({
  namespace: metricsNamespace,
  dimensions: metricDimensions($app.stage),
  metricName,
});

/** The hours without a reconcile run that raise an alarm. */
export const quietHours = quietHoursOf(policies);
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
