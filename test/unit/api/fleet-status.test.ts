import { describe, expect, test } from "vitest";
import { planOf } from "../../../functions/api/plan.ts";
import { statusOf } from "../../../functions/api/status.ts";
import { core, day, full, hour, type Scene, scene, two } from "../../scene.ts";
import { pageOf } from "../../status-pages.ts";
import { attempt, fleetScene, hold, observe, recorded, rolling, runs, web } from "../../web-fleet.ts";

function only(story: Scene) {
  const [fleet] = statusOf(story.world, "/channels").fleets;
  if (!fleet) throw new Error("the status names no fleet");
  return fleet;
}

describe("GET / says of a fleet", () => {
  test("what it is, what it is to run and what its nodes run, the oldest first", () => {
    const story = fleetScene({ ...web, name: "pool", kind: "karpenter", group: "pool", parameter: "own" });
    const nodes = [
      { id: "i-1", image: "ami-2", since: Date.parse("2026-11-03T00:00:00Z") },
      { id: "i-2", image: "ami-1", since: Date.parse("2026-10-02T00:00:00Z") },
      { id: "i-3", image: "ami-1", since: Date.parse("2026-10-01T00:00:00Z") },
    ];
    observe(story, "pool", runs("ami-2", { nodes, parameter: "/fleets/pool", template: undefined }));

    expect(only(story)).toMatchObject({
      fleet: "pool",
      variant: core,
      channel: "stable",
      kind: "karpenter",
      cluster: "production",
      group: "pool",
      mode: "roll",
      desired: "ami-2",
      starts: "ami-2",
      parameter: "/fleets/pool",
      nodes: [
        { image: "ami-1", count: 2, oldest: "2026-10-01T00:00:00.000Z" },
        { image: "ami-2", count: 1, oldest: "2026-11-03T00:00:00.000Z" },
      ],
      nodesBehind: 2,
      behindSince: "2026-11-04T11:00:00.001Z",
      bad: [],
    });
  });

  test("what is decided, what it waits for and until when", () => {
    const story = fleetScene({ ...web, window: { days: ["Thu"], from: "22:00", to: "04:00", timeZone: "UTC" } });
    const { now } = story.world;
    recorded(story, "web", { attempts: [attempt(now - 9 * day, { image: "ami-1", from: "none" })] });

    expect(only(story)).toMatchObject({
      state: "wait",
      reasons: [expect.stringContaining("outside the window")],
      until: "2026-11-05T22:00:00.000Z",
      back: null,
      rollout: null,
      lastRollout: { at: "2026-10-26T12:00:00.000Z", image: "ami-1", from: "none", refused: null },
      hold: null,
    });
  });

  test("since when a rollout is under way, whether it is stuck, and what AWS says", () => {
    const story = fleetScene();
    rolling(story, 7 * hour, { detail: "draining i-1" });

    expect(only(story)).toMatchObject({
      state: "running",
      reasons: ["draining i-1", "it takes longer than stuckAfter"],
      rollout: {
        image: "ami-2",
        since: "2026-11-04T05:00:00.000Z",
        stuck: true,
        update: "update-1",
        detail: "draining i-1",
      },
      lastRollout: { at: "2026-11-04T05:00:00.000Z", image: "ami-2", from: "ami-1" },
      health: { healthy: false, since: null, reasons: ["its nodes are being replaced"] },
    });
  });

  test("that nothing is left to do, and since when it is healthy as far as its alarms tell", () => {
    const story = fleetScene();
    const changedAt = Date.parse("2026-11-01T00:00:00Z");
    observe(story, "web", runs("ami-2"));
    const without = only(story);
    observe(story, "web", runs("ami-2", { alarms: { ringing: [], changedAt } }));

    expect(without).toMatchObject({ state: "current", reasons: [], until: null, nodesBehind: 0, behindSince: null });
    expect(without.health).toEqual({ healthy: true, since: null, reasons: [] });
    expect(only(story).health).toEqual({ healthy: true, since: "2026-11-01T00:00:00.000Z", reasons: [] });
  });

  test("that its nodes run a revoked image, and why it goes back", () => {
    const story = fleetScene();
    observe(story, "web", runs("ami-2"));
    story.revoke("ami-2", "no DNS").holds("ami-1");

    expect(only(story)).toMatchObject({
      desired: "ami-1",
      starts: "ami-2",
      bad: [{ image: "ami-2", why: "ami-2 is revoked: no DNS" }],
      back: "ami-2 is revoked: no DNS",
    });
  });

  test("who holds it, since when and why", () => {
    const story = fleetScene();
    hold(story, "web");

    expect(only(story)).toMatchObject({
      state: "held",
      hold: { since: "2026-11-04T12:00:00.000Z", by: "arn:aws:iam::123456789012:user/ann", reason: "busy" },
    });
  });

  test("why nothing is known about it", () => {
    const story = fleetScene();
    observe(story, "web", { state: "unknown", why: "reading the fleet web: EKS does not answer" });

    expect(only(story)).toMatchObject({
      desired: "ami-2",
      starts: null,
      nodes: null,
      nodesBehind: null,
      state: "wait",
      reasons: ["reading the fleet web: EKS does not answer"],
      health: { healthy: false },
    });
  });
});

test("a page of GET / has the fleets of its variants", () => {
  const other = { ...web, name: "app", variant: full, group: "app" };
  const story = scene({ ...two, fleets: [web, other] })
    .published("ami-1")
    .published("ami-2", {}, full);
  const names = (page: Parameters<typeof pageOf>[1]) => pageOf(story.world, page).fleets.map(({ fleet }) => fleet);

  expect(names({})).toEqual(["web", "app"]);
  expect(names({ variant: full })).toEqual(["app"]);
  expect(names({ room: 1 })).toEqual(["web"]);
  expect(names({ room: 1, from: full })).toEqual(["app"]);
});

describe("GET /plan says of a fleet", () => {
  const ofFleet = ({ world }: Scene) => planOf(world).actions.filter((action) => "fleet" in action);

  test("what is rolled out, from which image and whether it is forced", () => {
    const story = fleetScene();
    recorded(story, "web", { orders: [{ image: "ami-2", force: true, at: story.world.now }] });

    expect(ofFleet(story)).toEqual([
      {
        do: "roll",
        variant: core,
        fleet: "web",
        image: "ami-2",
        from: "ami-1",
        leaves: false,
        force: true,
        reasons: ["ami-1 → ami-2"],
      },
    ]);
  });

  test("that nobody knows what a fleet starts before its own parameter exists", () => {
    const story = fleetScene({ ...web, kind: "karpenter", parameter: "own" });
    observe(story, "web", runs("ami-1", { starts: undefined, parameter: "/fleets/web" }));

    expect(ofFleet(story)).toMatchObject([{ do: "point", image: "ami-2", from: null }]);
  });

  test("what it waits for, and until when", () => {
    const story = fleetScene({ ...web, window: { days: ["Thu"], from: "22:00", to: "04:00", timeZone: "UTC" } });

    expect(ofFleet(story)).toMatchObject([
      {
        do: "wait",
        for: "fleet",
        until: null,
        reasons: [/first rollout/, /window/].map((part) => expect.stringMatching(part)),
      },
    ]);
    recorded(story, "web", { attempts: [attempt(story.world.now - 9 * day, { image: "ami-1", from: "none" })] });
    expect(ofFleet(story)).toMatchObject([{ do: "wait", for: "fleet", until: "2026-11-05T22:00:00.000Z" }]);
  });
});
