import { beforeAll, describe, expect, test } from "vitest";
import { usual, variants } from "./deployments.ts";
import { type Graph, graphOf } from "./graph.ts";

let graph: Graph;
let rare: Graph;
let rarest: Graph;
beforeAll(async () => {
  const scheduled = (baseAmiSchedule: string, kubernetesSchedule: string) =>
    graphOf({ variants, policies: { baseAmiSchedule, kubernetesSchedule, staleAfter: "36h" } }, "trial");
  [graph, rare, rarest] = await Promise.all([
    usual(),
    scheduled("rate(1 day)", "rate(5 hours)"),
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
  ])("when a variant has been behind for %s", (_, of, threshold, stage) => {
    expect(alarm("StaleAlarm", of())).toMatchObject({
      namespace: "eks-windows-images",
      metricName: "HoursBehind",
      dimensions: { service: "reconcile", stage },
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold,
      treatMissingData: "ignore",
    });
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
    for (const { inputs } of [...all(), ...rare.ofType("aws:cloudwatch/metricAlarm:MetricAlarm")]) {
      const seconds = Number(inputs.period) * Number(inputs.evaluationPeriods);
      expect(seconds).toBeLessThanOrEqual(Number(inputs.period) >= 3600 ? 604_800 : 86_400);
    }
  });
});
