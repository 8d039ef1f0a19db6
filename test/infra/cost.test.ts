import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { config } from "../../config.ts";
import { type ConfigurationInput, parseConfiguration } from "../../functions/config/configuration.ts";
import { day } from "../../functions/config/time.ts";
import { indexWorld } from "../../functions/domain/indexed-world.ts";
import { statesOf } from "../../functions/domain/variant-state.ts";
import { measurementsOf } from "../../functions/reconcile/measurements.ts";
import { buildCosts, monthOfImage } from "../../local/cost/build.ts";
import { assumptions, type Cost, idleCosts, imageStorage } from "../../local/cost/idle.ts";
import { twelve } from "../freshness/freshness.ts";
import { scene } from "../scene.ts";
import { type Graph, graphOf, root } from "./graph.ts";

let graph: Graph;
let rare: Graph;
let ofTwelve: Graph;
beforeAll(async () => {
  const policies: ConfigurationInput["policies"] = { ...config.policies, baseAmiSchedule: "rate(1 hour)" };
  [graph, rare, ofTwelve] = await Promise.all([
    graphOf(config, "production"),
    graphOf({ ...config, policies }, "production"),
    graphOf({ ...config, variants: twelve }, "production"),
  ]);
});

function sum({ resources }: Graph, count = 1): number {
  return idleCosts(resources, count).reduce((total, { usd }) => total + usd, 0);
}

function costOf(name: string, { resources } = graph): number {
  return idleCosts(resources, 1).find(({ resource }) => resource === name)?.usd ?? 0;
}

describe("a month without builds", () => {
  test("costs what the README says, to the cent", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const [, one, dozen] = /Idle: (\d+\.\d\d) USD a month for one variant, (\d+\.\d\d) for twelve/.exec(readme) ?? [];

    expect([one, dozen]).toEqual([sum(graph).toFixed(2), sum(ofTwelve, 12).toFixed(2)]);
  });

  test("costs at most 3 USD for twelve variants", () => {
    expect(sum(ofTwelve, 12)).toBeLessThanOrEqual(3);
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
    const world = indexWorld(scene().usualStarts(200).later(day).world);
    const calm = measurementsOf({ world, states: statesOf(world), triggers: [], outcomes: [], milliseconds: 1500 });
    expect(Object.keys(calm)).toHaveLength(assumptions.metrics);
  });
});

test("a resource of an unknown type is refused by name", () => {
  const stranger = { type: "aws:ec2/natGateway:NatGateway", name: "Gateway", id: "nat", inputs: {}, state: {} };

  expect(() => idleCosts([...graph.resources, stranger], 1)).toThrow("Gateway");
});

describe("a build", () => {
  const total = (costs: readonly Cost[]) => costs.reduce((sum, { usd }) => sum + usd, 0);
  const [variant] = config.variants;

  test("costs what the README says, item by item", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const rows = buildCosts(graph.resources, config).map(({ resource, usd }) => `| ${resource} | ${usd.toFixed(3)} |`);

    expect(readme).toContain(
      [...rows, `| together | ${total(buildCosts(graph.resources, config)).toFixed(2)} |`].join("\n"),
    );
  });

  test("costs more on a faster disk, because gp3's additional throughput and IOPS are charged", () => {
    const fast = { ...config, variants: [{ ...variant, diskThroughput: 1000 }] } as ConfigurationInput;
    // A month of 875 MiB/s and 1,000 IOPS more, for 84 minutes.
    const more = ((875 * 0.04 + 1000 * 0.005) / 730) * (84 / 60);

    expect(total(buildCosts(graph.resources, fast)) - total(buildCosts(graph.resources, config))).toBeCloseTo(more);
  });

  test("of an instance type without a price is refused by name", async () => {
    const policies: ConfigurationInput["policies"] = { ...config.policies, instanceType: "m9i.xlarge" };
    const { resources } = await graphOf({ ...config, policies }, "production");

    expect(() => buildCosts(resources, config)).toThrow("m9i.xlarge has no price");
  });
});

describe("docs/costs.md", () => {
  const page = readFileSync(join(root, "docs/costs.md"), "utf8");
  const imageMonth = monthOfImage();
  const dollars = (costs: readonly Cost[]) => costs.reduce((total, { usd }) => total + usd, 0);

  test("has what a month, a variant, a build and an image cost", () => {
    const build = dollars(buildCosts(graph.resources, config));
    const further = (sum(ofTwelve, 12) - sum(graph)) / 11;

    expect(page).toContain(`| a month without builds, one variant | ${sum(graph).toFixed(2)} |`);
    expect(page).toContain("| each further variant, a month | below 0.01 |");
    expect(further).toBeLessThan(0.01);
    expect(page).toContain(`| a build with its proof | ${build.toFixed(2)} |`);
    expect(page).toContain(`| an image, a month | ${imageMonth.toFixed(2)} |`);
    expect(page).toContain(`four a month for each variant, or ${(4 * build).toFixed(2)} USD`);
  });

  test("has how the images of a variant add up with four builds a month", () => {
    const { keep, minAge, grace } = parseConfiguration(config).policies.retention;
    const young = Math.ceil((4 * (minAge + grace)) / (30 * day));
    const rows = [1, 6, 12, 24].map((months) => {
      const all = 4 * months;
      const few = Math.min(all, keep + young);
      const name = months === 1 ? "1 month" : `${months} months`;
      return `| ${name} | ${all} | ${all * imageMonth} | ${few} | ${few * imageMonth} |`;
    });

    expect(page).toContain(rows.join("\n"));
  });
});

test("stored images cost what the data in their snapshots costs", () => {
  expect(imageStorage({ images: 3, usedGib: 30 })).toBeCloseTo(4.5);
});
