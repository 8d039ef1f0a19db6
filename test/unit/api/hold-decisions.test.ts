import { describe, expect, test } from "vitest";
import { decideHold, decideRelease, holdableFleets } from "../../../functions/api/hold-decisions.ts";
import { plan } from "../../../functions/domain/plan.ts";
import type { World } from "../../../functions/domain/world.ts";
import { day, hour } from "../../scene.ts";
import { attempt, fleetScene, hold, observe, recorded, runs } from "../../web-fleet.ts";
import { ann, dryRun, reason } from "./interventions/caller.ts";

const order = { fleet: "web", reason, dryRun };

const holdable = ({ configuration, fleetRecords: { holds } }: World) => ({ configuration, holds });
const doneTo = (world: World) => plan(world).flatMap((one) => ("fleet" in one ? [one.do] : []));

describe("POST /hold", () => {
  test("holds a fleet with caller, time and reason, and says what goes on", () => {
    const { world } = fleetScene();

    expect(decideHold(holdable(world), order, ann)).toMatchObject({
      outcome: "accepted",
      scope: "web",
      change: { write: { ...ann, reason } },
      pauses: { web: { ...ann, reason } },
      message: expect.stringMatching(
        /^web is held since 2026-11-04T12:00:00.000Z by .*; .* a rollout that runs goes on/,
      ),
    });
  });

  test("keeps the first hold when it is repeated, and says so", () => {
    const story = fleetScene();
    hold(story, "web");

    expect(decideHold(holdable(story.world), order, { ...ann, at: ann.at + day })).toMatchObject({
      outcome: "accepted",
      change: undefined,
      message: `already: web is held since 2026-11-04T12:00:00.000Z by ${ann.by}: busy`,
    });
  });

  test.each(["app", "*", "constructor"])("refuses the unknown fleet %s with what is allowed", (fleet) => {
    expect(decideHold(holdable(fleetScene().world), { ...order, fleet }, ann)).toEqual({
      outcome: "refused",
      status: 404,
      why: `there is no fleet "${fleet}"`,
      allowed: { fleet: ["web"] },
    });
  });

  test("keeps an ordered rollout from beginning, which the answer's plan shows", () => {
    const story = fleetScene();
    recorded(story, "web", { orders: [{ image: "ami-2", force: false, at: story.world.now }] });
    const decision = decideHold(holdable(story.world), order, ann);
    if (decision.outcome === "refused") throw new Error(decision.why);

    expect(doneTo(story.world)).toEqual(["roll"]);
    expect(doneTo(holdableFleets.applied(story.world, decision))).toEqual(["wait"]);
  });
});

describe("POST /release", () => {
  test("ends the hold and records the release", () => {
    const story = fleetScene();
    hold(story, "web");

    expect(decideRelease(holdable(story.world), order)).toMatchObject({
      outcome: "accepted",
      change: "delete",
      record: "releases/web/released",
      pauses: {},
      message: expect.stringMatching(/^web is released; /),
    });
  });

  test("of a fleet that is not held lets the service go on where somebody else has left its group", () => {
    const story = fleetScene();
    const template = { template: "lt-1", named: "7", number: 7, made: [2], followedBy: undefined };
    observe(story, "web", runs("ami-1", { template }));
    const { now } = story.world;
    recorded(story, "web", { attempts: [attempt(now - hour)], orders: [{ image: "ami-2", force: false, at: now }] });

    const decision = decideRelease(holdable(story.world), order);
    if (decision.outcome === "refused") throw new Error(decision.why);

    expect(decision).toMatchObject({ change: undefined, record: "releases/web/released" });
    expect(decision.message).toMatch(/^web was not held; if somebody else has changed its group/);
    expect(doneTo(story.world)).toEqual(["wait"]);
    expect(doneTo(holdableFleets.applied(story.world, decision))).toEqual(["roll"]);
  });

  test("ends the hold of a fleet that was removed from the configuration", () => {
    const story = fleetScene();
    hold(story, "old");

    expect(decideRelease(holdable(story.world), { ...order, fleet: "old" })).toMatchObject({ change: "delete" });
  });

  test("is refused for an unknown fleet with what can be released", () => {
    const story = fleetScene();
    hold(story, "old");

    expect(decideRelease(holdable(story.world), { ...order, fleet: "app" })).toMatchObject({
      outcome: "refused",
      status: 404,
      allowed: { fleet: ["web", "old"] },
    });
  });
});
