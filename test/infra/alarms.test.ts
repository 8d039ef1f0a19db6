import { beforeAll, describe, expect, test } from "vitest";
import { indexWorld } from "../../functions/domain/indexed-world.ts";
import { statesOf } from "../../functions/domain/variant-state.ts";
import { measurementsOf } from "../../functions/reconcile/measurements.ts";
import { scene } from "../scene.ts";
import { usual, variants } from "./deployments.ts";
import { type Graph, graphOf } from "./graph.ts";

let graph: Graph;
let rare: Graph;
let daily: Graph;
let rarest: Graph;
beforeAll(async () => {
  const scheduled = (baseAmiSchedule: string, kubernetesSchedule: string) =>
    graphOf({ variants, policies: { baseAmiSchedule, kubernetesSchedule, staleAfter: "36h" } }, "trial");
  [graph, rare, daily, rarest] = await Promise.all([
    usual(),
    scheduled("rate(1 day)", "rate(5 hours)"),
    scheduled("rate(1 day)", "rate(1 day)"),
    scheduled("rate(30 days)", "rate(4 days)"),
  ]);
});

const alarm = (name: string, of = graph) => of.named(name).inputs;
const nameOf = (queue: string) => graph.named(queue).inputs.name;

describe("an alarm starts", () => {
  test("when the dead-letter queue contains a message, and ends when it is empty", () => {
    expect(alarm("DeadLettersAlarm")).toMatchObject({
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: nameOf("DeadLettersQueue") },
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
      treatMissingData: "ignore",
    });
  });

  test("when reconcile fails in two of three half hours; a failed batch is retried in each half hour", () => {
    const { period } = alarm("ReconcileFailingAlarm");

    expect(alarm("ReconcileFailingAlarm")).toMatchObject({
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: graph.named("ReconcileFunction").inputs.name },
      statistic: "Sum",
      threshold: 0,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      treatMissingData: "notBreaching",
    });
    expect(graph.named("TriggersQueue").inputs.visibilityTimeoutSeconds).toBeLessThanOrEqual(Number(period));
  });

  test("when triggers wait for longer than a throttled one, and before SQS stops reporting one that stays throttled", () => {
    const { threshold, period, evaluationPeriods } = alarm("QueueOldAlarm");
    const round = Number(graph.named("TriggersQueue").inputs.visibilityTimeoutSeconds);
    const thirdReceive = 2 * round;

    expect(alarm("QueueOldAlarm")).toMatchObject({
      metricName: "ApproximateAgeOfOldestMessage",
      dimensions: { QueueName: nameOf("TriggersQueue") },
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 2700,
      treatMissingData: "notBreaching",
    });
    expect(threshold).toBeGreaterThan(round);
    expect(Number(threshold) + Number(period) * Number(evaluationPeriods)).toBeLessThanOrEqual(thirdReceive);
  });

  test.each([
    ["a variant could not be built for half a day", "BlockedAlarm", "BlockedVariants", 12, 2],
    ["an action failed in two consecutive hours", "ActionsFailingAlarm", "ActionsFailed", 2, 2],
    ["what a killed build left behind is there for longer than the sweep needs", "LeftoversAlarm", "Leftovers", 3, 3],
  ])("when %s, in periods long enough for a reconcile run", (_, name, metricName, evaluationPeriods, ofRare) => {
    const alarming = {
      namespace: "eks-windows-images",
      metricName,
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      treatMissingData: "notBreaching",
    };
    expect(alarm(name)).toMatchObject({ ...alarming, period: 3600, evaluationPeriods });
    expect(alarm(name, rare)).toMatchObject({ ...alarming, period: 36_000, evaluationPeriods: ofRare });
  });

  test.each([
    ["the service gave up a variant, or it has been failing for a day", "StuckAlarm", "StuckVariants", 0],
    ["a pause has lasted for a week", "PausedAlarm", "HoursPaused", 168],
  ])("when %s, at the first run that sees it", (_, name, metricName, threshold) => {
    const alarming = {
      namespace: "eks-windows-images",
      metricName,
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
    };
    expect(alarm(name)).toMatchObject({ ...alarming, period: 3600 });
    expect(alarm(name, rare)).toMatchObject({ ...alarming, period: 36_000 });
  });

  test.each([
    ["7 days by default", () => graph, 168, "production"],
    ["the time in the configuration", () => rare, 36, "trial"],
  ])("when a variant has been behind for %s, and ends when runs no longer send for how long", (_, of, hours, stage) => {
    expect(alarm("StaleAlarm", of())).toMatchObject({
      namespace: "eks-windows-images",
      metricName: "HoursBehind",
      dimensions: { service: "reconcile", stage },
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: hours,
      datapointsToAlarm: 1,
      treatMissingData: "notBreaching",
    });
  });

  test.each([
    ["an hour", () => graph, 3600, 1],
    ["two intervals of the more frequent schedule", () => rare, 36_000, 1],
    ["two days of which each has a run", () => daily, 86_400, 2],
  ])("when a variant is behind in one of the values of %s", (_, of, period, evaluationPeriods) => {
    expect(alarm("StaleAlarm", of())).toMatchObject({ period, evaluationPeriods, datapointsToAlarm: 1 });
  });

  test.each([
    ["an hour", () => graph, 1],
    ["two intervals of the more frequent schedule, if that is longer", () => rare, 10],
  ])("when there was no reconcile run for %s", (_, of, hours) => {
    expect(alarm("QuietAlarm", of())).toMatchObject({
      metricName: "ReconcileDuration",
      statistic: "SampleCount",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      period: 3600,
      evaluationPeriods: hours,
      treatMissingData: "breaching",
    });
  });
});

test("no alarm depends on reconcile runs if they are rarer than CloudWatch can evaluate", () => {
  const names = rarest.resources.map(({ name }) => name);
  for (const one of [
    "QuietAlarm",
    "BlockedAlarm",
    "ActionsFailingAlarm",
    "LeftoversAlarm",
    "StaleAlarm",
    "StuckAlarm",
    "PausedAlarm",
  ])
    expect(names).not.toContain(one);
});

test("the function's environment neither disables metrics nor redirects them to another namespace", () => {
  const { POWERTOOLS_METRICS_NAMESPACE, POWERTOOLS_METRICS_DISABLED, POWERTOOLS_DEV } = (
    graph.named("ReconcileFunction").inputs.environment as { variables: Record<string, string> }
  ).variables;

  expect([POWERTOOLS_METRICS_NAMESPACE, POWERTOOLS_METRICS_DISABLED, POWERTOOLS_DEV]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

describe("the alarms of the service's own metrics", () => {
  const own = (of = graph) =>
    of
      .ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
      .filter(({ inputs }) => inputs.namespace === "eks-windows-images");

  /** The metrics that a reconcile run sends if nothing is wrong. */
  function calmMetrics(): string[] {
    const world = indexWorld(scene().published("ami-1").world);
    return Object.keys(
      measurementsOf({ world, states: statesOf(world), triggers: [], outcomes: [], milliseconds: 1_500 }),
    );
  }

  /**
   * What CloudWatch decides by the statistic of each period, the last ones; undefined if the metric was not sent in it.
   */
  function isAlarming(inputs: Record<string, unknown>, statistics: (number | undefined)[]): boolean {
    const periods = Number(inputs.evaluationPeriods);
    const breaching = statistics.slice(-periods).filter((value) => {
      if (value === undefined) return inputs.treatMissingData === "breaching";
      const threshold = Number(inputs.threshold);
      return inputs.comparisonOperator === "LessThanThreshold" ? value < threshold : value > threshold;
    });
    return breaching.length >= Number(inputs.datapointsToAlarm ?? periods);
  }

  test("are off in a calm world, on once something lasts, and off again when it is over and no longer sent", () => {
    const alarms = [graph, rare, daily].map((of) => own(of).filter(({ name }) => name !== "QuietAlarm"));

    expect(alarms.map(({ length }) => length)).toEqual([7, 7, 1]);
    for (const { name, inputs } of alarms.flat()) {
      const unsent = Array<undefined>(Number(inputs.evaluationPeriods)).fill(undefined);
      const trouble = unsent.map(() => Number(inputs.threshold) + 1);

      expect(calmMetrics(), name).not.toContain(inputs.metricName);
      expect(isAlarming(inputs, unsent), name).toBe(false);
      expect(isAlarming(inputs, trouble), name).toBe(true);
      expect(isAlarming(inputs, [...trouble, ...unsent]), name).toBe(false);
    }
  });

  test("miss only the one that every run sends: its alarm is on without runs and off with them", () => {
    const { inputs } = graph.named("QuietAlarm");

    expect(calmMetrics()).toEqual([inputs.metricName]);
    expect(isAlarming(inputs, [undefined])).toBe(true);
    expect(isAlarming(inputs, [undefined, 4])).toBe(false);
  });
});

describe("every alarm", () => {
  const all = () => graph.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");

  test("notifies operators when it starts and when it ends", () => {
    const actions = all().map(({ inputs: { alarmActions, okActions } }) => [alarmActions, okActions]);

    const operators = [graph.named("OperationsTopic").state.arn];
    expect(actions).toEqual(Array(11).fill([operators, operators]));
  });

  test("names a resource or saved query to start from, in at most 1,024 characters, CloudWatch's limit", () => {
    const places = graph.resources.flatMap(({ type, inputs: { name } }) =>
      /QueryDefinition|queue:Queue|function:Function$/.test(type) ? [String(name)] : [],
    );
    for (const { name, inputs } of all()) {
      const description = String(inputs.alarmDescription);

      expect(description.length, name).toBeLessThanOrEqual(1024);
      expect(
        places.filter((place) => description.includes(place)),
        name,
      ).not.toEqual([]);
      expect(description, name).not.toMatch(/undefined|\[object/);
    }
  });

  test("evaluates at most one day, or seven days if its period is at least an hour: CloudWatch's limits", () => {
    const ofRare = [rare, daily].flatMap((one) => one.ofType("aws:cloudwatch/metricAlarm:MetricAlarm"));
    for (const { inputs } of [...all(), ...ofRare]) {
      const seconds = Number(inputs.period) * Number(inputs.evaluationPeriods);
      expect(seconds).toBeLessThanOrEqual(Number(inputs.period) >= 3600 ? 604_800 : 86_400);
    }
  });
});
