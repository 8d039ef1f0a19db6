import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { config } from "../../config.ts";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import { measurementsOf } from "../../functions/reconcile/measurements.ts";
import { assumptions, idleCosts, imageStorage } from "../../local/cost/idle.ts";
import { scene } from "../scene.ts";
import { type Graph, graphOf, root } from "./graph.ts";

let graph: Graph;
let rare: Graph;
beforeAll(async () => {
  const policies: ConfigurationInput["policies"] = { ...config.policies, baseAmiSchedule: "rate(1 hour)" };
  [graph, rare] = await Promise.all([graphOf(config, "production"), graphOf({ ...config, policies }, "production")]);
});

function sum({ resources }: Graph): number {
  return idleCosts(resources).reduce((total, { usd }) => total + usd, 0);
}

function costOf(name: string, { resources } = graph): number {
  return idleCosts(resources).find(({ resource }) => resource === name)?.usd ?? 0;
}

describe("a month without builds", () => {
  test("costs what the README says, to the cent", () => {
    const [, inReadme] = /Idle: (\d+\.\d\d) USD a month/.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];

    expect(inReadme).toBe(sum(graph).toFixed(2));
  });

  test("is charged for a key, metrics, alarms and polling of the queue, and for little else", () => {
    const few = ["TopicKey", "ReconcileFunction", "ReconcileTriggers"].reduce((total, name) => total + costOf(name), 0);
    const alarms = graph.ofType("aws:cloudwatch/metricAlarm:MetricAlarm").length * 0.1;

    expect(costOf("TopicKey")).toBe(1);
    expect(sum(graph) - few - alarms).toBeLessThan(0.05);
  });

  test("costs less if reconcile runs are rarer", () => {
    expect(costOf("ReconcileFunction")).toBeGreaterThan(costOf("ReconcileFunction", rare));
    expect(costOf("BaseAmis")).toBeCloseTo(4 * costOf("BaseAmis", rare));
  });

  test("includes the metrics that every reconcile run sends, even if nothing is wrong", () => {
    const { world } = scene().published("ami-1");
    const calm = measurementsOf({ world, triggers: [], outcomes: [], milliseconds: 1500 });
    expect(Object.keys(calm)).toHaveLength(assumptions.metrics);
  });
});

test("a resource of an unknown type is refused by name", () => {
  const stranger = { type: "aws:ec2/natGateway:NatGateway", name: "Gateway", id: "nat", inputs: {}, state: {} };

  expect(() => idleCosts([...graph.resources, stranger])).toThrow("Gateway");
});

test("stored images cost what the data in their snapshots costs", () => {
  expect(imageStorage({ images: 3, usedGib: 30 })).toBeCloseTo(4.5);
});
