import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { hour, minute } from "../../functions/config/time.ts";
import { metricDimensions, metricsNamespace } from "../../functions/telemetry/metric-names.ts";
import { quietHoursOf } from "../../infra/quiet-hours.ts";
import type { Check } from "./check.ts";
import { type Findings, type Line, linesOf } from "./lines.ts";
import type { Site } from "./site.ts";

const findings = {
  "reconcile-recent": {
    mark: "✓",
    means: "A reconcile run has completed as recently as the schedules in config.ts promise.",
  },
  "reconcile-quiet": {
    mark: "✗",
    means: "No run has completed for longer than the alarm quiet allows: nothing is watched, built or published.",
    remedy:
      "Look at the alarms and the saved query what-failed; check that the schedules and the queue's mapping are on.",
  },
  "reconcile-never": {
    mark: "✗",
    means: "No run has completed within two weeks, or never.",
    remedy: "After a first deployment, wait a quarter of an hour. Else look at the log of the function reconcile.",
  },
} as const satisfies Findings;

const line = linesOf(findings);

/** CloudWatch keeps periods of five minutes for 63 days; a call returns as many as two weeks have. */
const reach = 14 * 24 * hour;
const period = 5 * minute;

export const reconcileCheck: Check = {
  name: "reconcile",
  about: "When a reconcile run last completed",
  findings,
  onLocalStack: false,
  async run(site) {
    // Says that there is a deployment at all.
    await site.environmentOf("reconcile");
    const quietAfter = quietHoursOf(site.configuration.policies) * hour;
    return [judgeNewest(await newestRun(site), site.now(), quietAfter)];
  },
};

/** When the newest completed run was measured, within a period; undefined if there was none. */
async function newestRun({ clients: { cloudwatch }, stage, now }: Site): Promise<number | undefined> {
  const Dimensions = Object.entries(metricDimensions(stage)).map(([Name, Value]) => ({ Name, Value }));
  const { MetricDataResults: [result] = [] } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now() - reach),
      EndTime: new Date(now()),
      ScanBy: "TimestampDescending",
      MetricDataQueries: [
        {
          Id: "runs",
          MetricStat: {
            Metric: { Namespace: metricsNamespace, MetricName: "ReconcileDuration", Dimensions },
            Period: period / 1000,
            Stat: "SampleCount",
          },
        },
      ],
    }),
  );
  const times = (result?.Timestamps ?? []).filter((_, index) => (result?.Values?.[index] ?? 0) > 0);
  return times.length === 0 ? undefined : Math.max(...times.map((time) => time.getTime()));
}

/** @param quietAfter the age that raises the alarm `quiet`, in milliseconds */
export function judgeNewest(newest: number | undefined, now: number, quietAfter: number): Line {
  if (newest === undefined) return line("reconcile-never", "no run has completed in the last 14 days");
  const age = Math.max(0, now - newest);
  // A period begins up to five minutes before the run.
  return age > quietAfter + period
    ? line("reconcile-quiet", `the newest run completed ${ageText(age)} ago, and ${ageText(quietAfter)} is the limit`)
    : line("reconcile-recent", `the newest run completed ${ageText(age)} ago`);
}

function ageText(age: number): string {
  if (age < 2 * hour) return `${Math.round(age / minute)} minutes`;
  return age < 48 * hour ? `${Math.round(age / hour)} hours` : `${Math.round(age / (24 * hour))} days`;
}
