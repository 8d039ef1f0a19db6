import { z } from "zod";
import type { CreatedResource } from "../../local/deploy/cloud.ts";

/** When reconcile runs start, as deployed. */
export interface DeployedTiming {
  /** What EventBridge Scheduler fires. */
  schedules: { expression: string; timeZone: string }[];
  /** How long Lambda collects triggers before it starts a run, in milliseconds. */
  batchingWindow: number;
  /** Whether the end of a build triggers a run. */
  onBuildEnded: boolean;
  /** Whether the write of a channel triggers a run. */
  onChannelChanged: boolean;
}

const Schedule = z.object({ scheduleExpression: z.string(), scheduleExpressionTimezone: z.string() });
const Rule = z.object({ eventPattern: z.string() });
const Mapping = z.object({ maximumBatchingWindowInSeconds: z.number() });

/** Reads it from the resources that `sst.config.ts` declares. */
export function timingOf(resources: readonly CreatedResource[]): DeployedTiming {
  const inputsOf = (type: string) => resources.filter((one) => one.type === type).map(({ inputs }) => inputs);
  const patterns = inputsOf("aws:cloudwatch/eventRule:EventRule").map((rule) => Rule.parse(rule).eventPattern);
  const [mapping] = inputsOf("aws:lambda/eventSourceMapping:EventSourceMapping").map((one) => Mapping.parse(one));
  if (!mapping) throw new Error("the program has no event source mapping, so nothing starts a reconcile run");
  return {
    schedules: inputsOf("aws:scheduler/schedule:Schedule")
      .map((schedule) => Schedule.parse(schedule))
      .map((one) => ({ expression: one.scheduleExpression, timeZone: one.scheduleExpressionTimezone })),
    batchingWindow: mapping.maximumBatchingWindowInSeconds * 1_000,
    onBuildEnded: patterns.some((pattern) => pattern.includes("CodeBuild Build State Change")),
    onChannelChanged: patterns.some((pattern) => pattern.includes("Parameter Store Change")),
  };
}
