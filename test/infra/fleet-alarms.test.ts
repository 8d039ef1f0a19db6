import { beforeAll, describe, expect, test } from "vitest";
import { fleets, variants, withFleets } from "./deployments.ts";
import { type Graph, graphOf } from "./graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await withFleets();
});

describe("an alarm starts", () => {
  const stale = 35 + 1 + 21;

  test.each([
    ["a fleet is in trouble", "FleetsAlarm", "FleetsInTrouble", 0],
    [
      "a node runs an image that is older than the longest behindAfter allows",
      "NodesOldAlarm",
      "OldestNodeImageHours",
      stale * 24,
    ],
  ])("when %s, at the first run that sees it", (_, name, metricName, threshold) => {
    expect(graph.named(name).inputs).toMatchObject({
      namespace: "eks-windows-images",
      metricName,
      dimensions: { service: "reconcile", stage: "production" },
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      treatMissingData: "notBreaching",
    });
  });

  test.each(["FleetsAlarm", "NodesOldAlarm"])("%s, tells operators and says where to look", (name) => {
    const { alarmDescription, alarmActions, okActions } = graph.named(name).inputs;
    const operators = [graph.named("OperationsTopic").state.arn];

    expect([alarmActions, okActions]).toEqual([operators, operators]);
    expect(String(alarmDescription).length).toBeLessThanOrEqual(1024);
    expect(String(alarmDescription)).toMatch(/saved query eks-windows-images-production-/);
  });

  test("only if CloudWatch can evaluate such rare runs", async () => {
    const policies = { baseAmiSchedule: "rate(30 days)", kubernetesSchedule: "rate(4 days)" };
    const rarest = await graphOf({ variants, policies, fleets }, "trial");

    expect(rarest.resources.map(({ name }) => name)).not.toContain("FleetsAlarm");
  });
});

test("the topic accepts messages from the fleets' alarms", () => {
  const policy = String(graph.named("OperationsPolicy").inputs.policy);

  expect(policy).toContain(String(graph.named("FleetsAlarm").inputs.name));
  expect(policy).toContain(String(graph.named("NodesOldAlarm").inputs.name));
});
