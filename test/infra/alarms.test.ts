import { beforeAll, describe, expect, test } from "vitest";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import { type Graph, graphOf } from "./graph.ts";

const configuration: ConfigurationInput = { variants: [{ windows: 2022, kubernetes: "1.35" }] };
let graph: Graph;
let rare: Graph;
let rarest: Graph;
beforeAll(async () => {
  const watching = (base: string, kubernetes: string) =>
    graphOf(
      {
        ...configuration,
        policies: { baseAmiSchedule: base, kubernetesSchedule: kubernetes, staleAfter: "36h" },
      },
      "trial",
    );
  [graph, rare, rarest] = await Promise.all([
    graphOf(configuration, "production"),
    watching("rate(1 day)", "rate(5 hours)"),
    watching("rate(30 days)", "rate(4 days)"),
  ]);
}, 120_000);

const alarm = (name: string, of = graph) => of.named(name).inputs;
const nameOf = (queue: string) => graph.named(queue).inputs.name;

describe("an alarm rings", () => {
  test("as soon as the dead-letter queue holds a message, and until it holds none", () => {
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

  test("when reconcile fails in two of three half hours: a failed batch comes back within each of them", () => {
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

  test("when triggers wait for longer than a throttled one does, and before SQS stops to count one that is throttled again and again", () => {
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
    ["for half a day nothing could be built for a variant", "BlockedAlarm", "BlockedVariants", 12],
    ["something could not be done in two hours running", "ActionsFailingAlarm", "ActionsFailed", 2],
  ])("when %s, in periods long enough for a look", (_, name, metricName, evaluationPeriods) => {
    const ringing = {
      namespace: "eks-windows-images",
      metricName,
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      treatMissingData: "notBreaching",
    };
    expect(alarm(name)).toMatchObject({ ...ringing, period: 3600, evaluationPeriods });
    expect(alarm(name, rare)).toMatchObject({ ...ringing, period: 36_000, evaluationPeriods: 2 });
  });

  test.each([
    ["7 days unless the configuration says otherwise", () => graph, 168, "production"],
    ["as long as the configuration says", () => rare, 36, "trial"],
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
    ["two rounds of the more frequent schedule, where that is longer", () => rare, 10],
  ])("when there has been no look for %s", (_, of, hours) => {
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

test("where looks are rarer than CloudWatch can watch, no alarm depends on them", () => {
  const names = rarest.resources.map(({ name }) => name);
  for (const one of ["QuietAlarm", "BlockedAlarm", "ActionsFailingAlarm"]) expect(names).not.toContain(one);
});

test("nothing in the function's environment sends measurements elsewhere than alarms look, or nowhere", () => {
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

  test("tells the operators when it begins and when it is over", () => {
    const actions = all().map(({ inputs: { alarmActions, okActions } }) => [alarmActions, okActions]);

    const told = [graph.named("OperationsTopic").state.arn];
    expect(actions).toEqual(Array(7).fill([told, told]));
  });

  test("says what is the matter and names where to look, in the 1,024 characters that CloudWatch takes", () => {
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

  test("looks back no further than CloudWatch does: a day, or seven where its period is an hour or more", () => {
    for (const { inputs } of [...all(), ...rare.ofType("aws:cloudwatch/metricAlarm:MetricAlarm")]) {
      const seconds = Number(inputs.period) * Number(inputs.evaluationPeriods);
      expect(seconds).toBeLessThanOrEqual(Number(inputs.period) >= 3600 ? 604_800 : 86_400);
    }
  });
});
