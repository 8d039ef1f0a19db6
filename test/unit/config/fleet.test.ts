import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { core, full, two } from "../../scene.ts";
import { errorFor } from "./error-for.ts";

const nodeGroup = { name: "web", variant: core, kind: "managed-node-group", cluster: "main", group: "web" };
const scaling = { name: "web", variant: core, kind: "auto-scaling-group", group: "web" };
const karpenter = { ...nodeGroup, kind: "karpenter", parameter: "own" };
const rolled = { ...nodeGroup, mode: "roll", window: "always" };
const window = { days: ["Tue"], from: "22:00", to: "04:00", timeZone: "Europe/Berlin" };
const following = { ...karpenter, parameter: "channel" };
const becauseItFollows =
  'a fleet that follows the channel starts its image with the next instance; parameter: "own" makes it wait';

const withFleets = (...fleets: object[]) => ({ ...two, fleets });

test("without fleets there are none", () => {
  expect(parseConfiguration(two).fleets).toEqual([]);
});

test("a fleet is watched and follows stable unless its entry says otherwise", () => {
  expect(parseConfiguration(withFleets(nodeGroup)).fleets).toEqual([
    {
      ...nodeGroup,
      channel: "stable",
      mode: "watch",
      blackouts: [],
      approval: "none",
      rollback: "in window",
      alarms: [],
      adopt: false,
      stuckAfter: 6 * 3_600_000,
      behindAfter: 14 * 86_400_000,
    },
  ]);
});

test("an Auto Scaling group is paced so that it launches first, and takes its cluster or none", () => {
  const [fleet] = parseConfiguration(withFleets({ ...scaling, pace: {} })).fleets;
  expect(fleet?.pace).toEqual({
    minHealthy: 100,
    maxHealthy: 110,
    checkpoints: [],
    checkpointDelay: 3_600_000,
    warmup: 600_000,
  });
});

describe("a fleet may be", () => {
  test.each([
    ["a node group that is rolled at any time", rolled],
    ["a node group with window, blackout, wave, approval and alarms", { ...rolled, window, wave: "eu", alarms: ["a"] }],
    ["an Auto Scaling group with numbered versions", { ...scaling, mode: "roll", window, drain: "none" }],
    ["an Auto Scaling group that follows the channel", { ...scaling, parameter: "channel" }],
    ["an Auto Scaling group with a parameter of its own", { ...scaling, parameter: "own", mode: "roll", window }],
    ["Karpenter with a parameter of its own", { ...karpenter, mode: "roll", window, wave: "eu", approval: "manual" }],
    ["Karpenter that follows the channel", following],
  ])("%s", (_, fleet) => {
    expect(parseConfiguration(withFleets(fleet)).fleets).toHaveLength(1);
  });
});

describe("the configuration refuses", () => {
  test.each<[string, object, string]>([
    ["a name in capitals", { ...nodeGroup, name: "Web" }, 'name is "Web"; allowed: 1 to 50 of a-z, 0-9 and hyphen'],
    ["an unknown kind", { ...nodeGroup, kind: "fargate" }, "managed-node-group, auto-scaling-group, karpenter"],
    ["an unknown mode", { ...nodeGroup, mode: "auto" }, 'mode is "auto"; allowed: watch, roll'],
    ["an unknown channel", { ...nodeGroup, channel: "beta" }, 'channel is "beta"; allowed: candidate, stable'],
    [
      "an unknown variant",
      { ...nodeGroup, variant: "other" },
      `variant is "other"; allowed: a variant: ${core}, ${full}`,
    ],
    ["a group that is a pattern", { ...nodeGroup, group: "web-*" }, "allowed: the name of a group, without / : and *"],
    ["force, which only a call may say", { ...rolled, force: true }, "force is true; allowed: no such field"],
    [
      "roll without a window",
      { ...nodeGroup, mode: "roll" },
      'window is missing; allowed: "always", or a window such as',
    ],
    [
      "a window that is a word",
      { ...rolled, window: "nights" },
      'window is "nights"; allowed: "always", or { days: ["Tue"], from: "22:00"',
    ],
    [
      "a day in words",
      { ...rolled, window: { ...window, days: ["Tuesday"] } },
      'window.days[0] is "Tuesday"; allowed: Sun',
    ],
    [
      "no day",
      { ...rolled, window: { ...window, days: [] } },
      'window.days is []; allowed: at least one day such as "Tue"',
    ],
    [
      "an hour that no clock shows",
      { ...rolled, window: { ...window, to: "24:00" } },
      'window.to is "24:00"; allowed: a time of day such as "22:00"',
    ],
    [
      "an unknown time zone",
      { ...rolled, window: { ...window, timeZone: "Berlin" } },
      'window.timeZone is "Berlin"; allowed: an IANA time zone such as "America/Los_Angeles"',
    ],
    [
      "a day that does not exist",
      { ...rolled, blackouts: [{ from: "2026-02-30", to: "2026-03-01", reason: "x" }] },
      'blackouts[0].from is "2026-02-30"; allowed: a day that exists',
    ],
    [
      "a blackout that ends before it begins",
      { ...rolled, blackouts: [{ from: "2026-12-20", to: "2026-12-01", reason: "x" }] },
      "allowed: a last day (to) that is not before the first one (from)",
    ],
    [
      "a blackout without a reason",
      { ...rolled, blackouts: [{ from: "2026-12-20", to: "2026-12-24", reason: " " }] },
      'blackouts[0].reason is " "; allowed: why',
    ],
    ["a node group without a cluster", { ...nodeGroup, cluster: undefined }, "cluster is missing; allowed: a cluster"],
    ["Karpenter without a cluster", { ...karpenter, cluster: undefined }, "cluster is missing; allowed: a cluster"],
    [
      "a pace for a node group",
      { ...nodeGroup, pace: {} },
      "allowed: nothing: its own update settings (updateConfig) set the pace of a managed-node-group",
    ],
    [
      "a pace for Karpenter",
      { ...karpenter, pace: {} },
      "allowed: nothing: Karpenter's disruption budgets set the pace",
    ],
    ["drain for a node group", { ...nodeGroup, drain: "none" }, "the nodes of a managed-node-group are drained"],
    ["another drain than none", { ...scaling, drain: "all" }, 'drain is "all"; allowed: none'],
    [
      "a parameter for a node group",
      { ...nodeGroup, parameter: "own" },
      'parameter is "own"; allowed: nothing: managed node groups cannot resolve a parameter',
    ],
    ["Karpenter without a parameter", { ...karpenter, parameter: undefined }, 'allowed: "channel" or "own": Karpenter'],
    [
      "roll while the fleet follows the channel",
      { ...following, mode: "roll" },
      'mode is "roll"; allowed: watch: a fleet',
    ],
    ["a window that nothing keeps", { ...following, window }, `allowed: nothing: ${becauseItFollows}`],
    ["a wave that nothing keeps", { ...following, wave: "eu" }, `wave is "eu"; allowed: nothing: ${becauseItFollows}`],
    [
      "an approval that nothing waits for",
      { ...following, approval: "manual" },
      `approval is "manual"; allowed: "none": ${becauseItFollows}`,
    ],
    [
      "a way back that nothing takes",
      { ...following, rollback: "at once" },
      `rollback is "at once"; allowed: "in window": ${becauseItFollows}`,
    ],
    [
      "a blackout that nothing keeps",
      { ...following, blackouts: [{ from: "2026-12-20", to: "2026-12-24", reason: "x" }] },
      `allowed: none: ${becauseItFollows}`,
    ],
    [
      "percentages too far apart for Auto Scaling",
      { ...scaling, pace: { minHealthy: 0, maxHealthy: 110 } },
      "pace.maxHealthy is 110; allowed: at most 100: no more than 100 above minHealthy",
    ],
    [
      "checkpoints that leave instances as they are",
      { ...scaling, pace: { checkpoints: [20, 50] } },
      "pace.checkpoints is [20,50]; allowed: 100 as the last one",
    ],
    [
      "checkpoints out of order",
      { ...scaling, pace: { checkpoints: [50, 20, 100] } },
      "allowed: percentages in ascending order, each once",
    ],
    [
      "a delay that Auto Scaling refuses",
      { ...scaling, pace: { checkpointDelay: "3d" } },
      'pace.checkpointDelay is "3d"; allowed: at most 2d',
    ],
    [
      "a time span without a unit",
      { ...nodeGroup, stuckAfter: "6" },
      'stuckAfter is "6"; allowed: a time span such as',
    ],
    ["eleven alarms", { ...nodeGroup, alarms: Array(11).fill("a") }, "allowed: at most 10"],
    [
      "to wait for a fleet that does not exist",
      { ...rolled, after: { fleet: "staging", healthyFor: "1d" } },
      'after is {"fleet":"staging","healthyFor":"1d"}; allowed: the name of another fleet',
    ],
    [
      "to wait for itself",
      { ...rolled, after: { fleet: "web", healthyFor: "1d" } },
      "allowed: a fleet that does not wait for this one",
    ],
  ])("%s", (_, fleet, message) => {
    const error = errorFor(withFleets(fleet));
    expect(error).toContain("fleets[0]");
    expect(error).toContain(message);
  });

  test("what an Auto Scaling group that follows the channel would wait for", () => {
    const first = { ...nodeGroup, name: "staging", group: "staging" };
    const after = { fleet: "staging", healthyFor: "1d" };
    expect(errorFor(withFleets(first, { ...scaling, parameter: "channel", after }))).toContain(
      `allowed: nothing: ${becauseItFollows}`,
    );
  });

  test("two fleets of one name, and names the second", () => {
    expect(errorFor(withFleets(nodeGroup, { ...nodeGroup, group: "api" }))).toContain(
      'fleets[1].name is "web"; allowed: a unique name',
    );
  });

  test.each([
    ["a node group", nodeGroup, nodeGroup],
    ["an Auto Scaling group, whatever cluster is named", scaling, { ...scaling, cluster: "main" }],
  ])("two fleets of one group: %s", (_, one, other) => {
    expect(errorFor(withFleets(one, { ...other, name: "api" }))).toContain(
      'fleets[1].group is "web"; allowed: a group that no other fleet has',
    );
  });

  test("a fleet that waits for one of another variant", () => {
    const first = { ...nodeGroup, name: "staging", group: "staging", variant: full };
    expect(errorFor(withFleets(first, { ...rolled, after: { fleet: "staging", healthyFor: "1d" } }))).toContain(
      `allowed: a fleet of the variant ${core}`,
    );
  });

  test("fleets that wait for each other, and names both", () => {
    const waits = (name: string, fleet: string) => ({
      ...rolled,
      name,
      group: name,
      after: { fleet, healthyFor: "1d" },
    });
    const error = errorFor(withFleets(waits("a", "b"), waits("b", "c"), waits("c", "a"), waits("d", "a")));
    for (const index of [0, 1, 2]) expect(error).toContain(`fleets[${index}].after`);
    expect(error).not.toContain("fleets[3]");
  });

  test("more than 100 fleets", () => {
    const many = Array.from({ length: 101 }, (_, n) => ({ ...nodeGroup, name: `f${n}`, group: `g${n}` }));
    expect(errorFor(withFleets(...many))).toContain("allowed: at most 100");
  });
});

test("the same names may stand for groups of different clusters", () => {
  const other = { ...nodeGroup, name: "api", cluster: "other" };
  expect(parseConfiguration(withFleets(nodeGroup, other)).fleets).toHaveLength(2);
});
