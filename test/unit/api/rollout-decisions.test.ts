import { describe, expect, test } from "vitest";
import { decideRollout, withOrder } from "../../../functions/api/rollout-decisions.ts";
import { plan } from "../../../functions/domain/plan.ts";
import type { World } from "../../../functions/domain/world.ts";
import { core, hour, type Scene } from "../../scene.ts";
import { attempt, fleetScene, hold, observe, recorded, rolling, runs, web } from "../../web-fleet.ts";
import { dryRun, reason } from "./interventions/caller.ts";

const order = { fleet: "web", reason, dryRun, force: false };
const forced = { ...order, force: true };
const tuesdays = { days: ["Tue" as const], from: "22:00", to: "04:00", timeZone: "UTC" };
const pool = { ...web, kind: "karpenter" as const, group: "pool", parameter: "own" as const };

function refusedFor(story: Scene, body: Partial<typeof order> & { image?: string } = {}) {
  const decision = decideRollout(story.world, { ...order, ...body });
  if (decision.outcome === "accepted") throw new Error("the call is accepted");
  return decision;
}

describe("POST /rollout", () => {
  test("orders what the channel holds, and says that the next run begins", () => {
    const { world } = fleetScene();

    expect(decideRollout(world, order)).toEqual({
      outcome: "accepted",
      fleet: "web",
      variant: core,
      image: "ami-2",
      order: { image: "ami-2", force: false, at: world.now },
      message: "web gets ami-2; the next reconcile run begins: ami-1 → ami-2",
    });
  });

  test("overrides the window and the fleet that comes first, which the plan shows", () => {
    const story = fleetScene(
      { ...web, name: "staging", group: "staging" },
      { ...web, window: tuesdays, after: { fleet: "staging", healthyFor: "1d" } },
    );
    const rolls = (world: World) =>
      plan(world).flatMap((one) => (one.do === "roll" && one.fleet === "web" ? [one.force] : []));
    const decision = decideRollout(story.world, forced);

    expect(rolls(story.world)).toEqual([]);
    expect(decision).toMatchObject({ outcome: "accepted", order: { force: true } });
    expect(rolls(withOrder(story.world, "web", { image: "ami-2", force: true, at: story.world.now }))).toEqual([true]);
  });

  test("tries an image again whose rollout has failed", () => {
    const story = fleetScene();
    rolling(story, hour, { status: "failed", detail: "PodEvictionFailure: Reached max retries" });

    expect(decideRollout(story.world, order)).toMatchObject({
      order: { image: "ami-2" },
      message: expect.stringContaining("the next reconcile run begins"),
    });
  });

  test("waits for the fleet of its wave that is being rolled", () => {
    const wave = "all";
    const story = fleetScene({ ...web, wave }, { ...web, name: "other", group: "other", wave });
    rolling(story, hour);

    expect(decideRollout(story.world, { ...order, fleet: "other" })).toMatchObject({
      order: { image: "ami-2" },
      message: "other gets ami-2; the rollout waits: web of its wave all comes first",
    });
  });

  test("stands until a change that somebody else has begun has ended", () => {
    const story = fleetScene();
    observe(story, "web", runs("ami-1", { isChanging: true }));

    expect(decideRollout(story.world, order)).toMatchObject({
      order: { image: "ami-2" },
      message: expect.stringContaining("begins when the change under way has ended"),
    });
  });
});

describe("POST /rollout changes nothing", () => {
  test("if all nodes run the image already", () => {
    const story = fleetScene();
    observe(story, "web", runs("ami-2"));

    expect(decideRollout(story.world, order)).toMatchObject({
      outcome: "accepted",
      order: undefined,
      message: "already: 3 nodes of web run ami-2, and new ones start it",
    });
  });

  test("if the image is being rolled out already, and quotes AWS", () => {
    const story = fleetScene();
    rolling(story, hour, { detail: "draining i-1" });

    expect(decideRollout(story.world, order)).toMatchObject({
      outcome: "accepted",
      order: undefined,
      message: "already: web has been getting ami-2 since 2026-11-04T11:00:00.000Z; AWS says: draining i-1",
    });
  });

  test("if the rollout has begun and AWS does not show it yet", () => {
    const story = fleetScene();
    recorded(story, "web", { attempts: [attempt(story.world.now - 1_000)] });

    expect(decideRollout(story.world, order)).toMatchObject({
      order: undefined,
      message: "already: the rollout of ami-2 to web has just begun",
    });
  });

  test("if a forced rollout is to be forced again", () => {
    const story = fleetScene();
    rolling(story, hour);
    const { now } = story.world;
    recorded(story, "web", { orders: [{ image: "ami-2", force: true, at: now - hour - 1 }] });

    expect(decideRollout(story.world, forced)).toMatchObject({ outcome: "accepted", order: undefined });
  });
});

describe("POST /rollout is refused", () => {
  test.each(["app", "constructor"])("for the unknown fleet %s, with the known ones", (fleet) => {
    expect(refusedFor(fleetScene(), { fleet })).toEqual({
      outcome: "refused",
      status: 404,
      why: `there is no fleet "${fleet}"`,
      allowed: { fleet: ["web"] },
    });
  });

  test("for a fleet that is only watched, with the way to roll it", () => {
    const { mode, window, ...watched } = web;

    expect(refusedFor(fleetScene(watched))).toMatchObject({
      status: 409,
      allowed: expect.stringContaining('mode: "roll"'),
    });
    expect(refusedFor(fleetScene({ ...watched, kind: "karpenter", parameter: "channel" }))).toMatchObject({
      allowed: expect.stringContaining('parameter: "own"'),
    });
  });

  test("if it forces what asks no disruption budget", () => {
    expect(refusedFor(fleetScene(pool), { force: true })).toMatchObject({ status: 400, allowed: { force: false } });
  });

  test.each<[string, (story: Scene) => unknown, RegExp]>([
    ["the channel holds nothing", (story) => story.deleteChannels(), /^stable of .* holds nothing/],
    ["the image is revoked", (story) => story.revoke("ami-2", "no DNS"), /no node should start: ami-2 .*no DNS/],
    ["the image is disabled", (story) => story.change("ami-2", { state: "disabled" }), /cannot start a node/],
    ["the fleet is held", (story) => hold(story, "web"), /^web is held since .*user\/ann: busy$/],
    ["the variant is paused", (story) => story.pause(), /is paused since/],
    [
      "somebody else has moved the group",
      (story) => {
        const template = { template: "lt-1", named: "7", number: 7, made: [2], followedBy: undefined };
        observe(story, "web", runs("ami-1", { template }));
        recorded(story, "web", { attempts: [attempt(story.world.now - hour)] });
      },
      /POST \/release/,
    ],
    [
      "the cluster is older than the image",
      (story) => observe(story, "web", runs("ami-1", { cluster: { minor: "1.34", isAuto: false } })),
      /^web cannot get ami-2: .*upgrade the cluster first/,
    ],
    [
      "the group stands in the way",
      (story) => observe(story, "web", runs("ami-1", { obstacles: ["it has no launch template: make a new group"] })),
      /make a new group/,
    ],
    [
      "a rollout without force runs",
      (story) => rolling(story, hour, { detail: "draining i-1" }),
      /draining i-1; EKS can neither change nor cancel an update/,
    ],
  ])("if %s, even with force", (_, change, why) => {
    const story = fleetScene();
    change(story);

    expect(refusedFor(story, { force: true })).toMatchObject({ status: 409, why: expect.stringMatching(why) });
  });

  test("if the channel does not hold the image that the call names", () => {
    expect(refusedFor(fleetScene(), { image: "ami-1" })).toMatchObject({
      status: 409,
      why: `stable of ${core} holds ami-2, not ami-1`,
      allowed: { image: ["ami-2"] },
    });
    expect(decideRollout(fleetScene().world, { ...order, image: "ami-2" })).toMatchObject({ outcome: "accepted" });
  });

  test("for now if the fleet cannot be read", () => {
    const story = fleetScene();
    observe(story, "web", { state: "unknown", why: "reading the fleet web: EKS does not answer" });

    expect(refusedFor(story)).toMatchObject({ status: 503, why: "reading the fleet web: EKS does not answer" });
  });
});
