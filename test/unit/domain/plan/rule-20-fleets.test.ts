import { describe, expect, test } from "vitest";
import { holdingSince } from "../../../../functions/domain/fleets/behind.ts";
import { fleetStates, type KnownState } from "../../../../functions/domain/fleets/fleet-state.ts";
import { indexWorld } from "../../../../functions/domain/indexed-world.ts";
import { measurementsOf } from "../../../../functions/reconcile/measurements.ts";
import { fastLaunched } from "../../../fast-launched.ts";
import { apps, ireland, placed, volumeKeyArn } from "../../../placed.ts";
import { day, hour, type Scene, scene } from "../../../scene.ts";

/** `web` is in Ireland and runs the copy of `ami-1`; home's `stable` holds `ami-2`, whose copy is there. */
function inIreland(configuration: Parameters<Scene["fleet"]>[1] = {}) {
  const story = scene({ places: [ireland] }).published("ami-1");
  const there = placed(story, "ireland").copied("ami-1", "ami-c1").holds("ami-c1");
  story.fleet("web", { place: "ireland", ...configuration });
  story.image("ami-2").holds("ami-2");
  there.copied("ami-2", "ami-c2");
  return { story, there };
}

describe("rule 20: a fleet in a place", () => {
  test("runs what its channel holds there, whatever home's holds meanwhile", () => {
    const { story, there } = inIreland();
    expect(story.fleetDecision("web").decision).toBe("current");

    there.holds("ami-c2");
    expect(story.fleetActions("web")).toMatchObject([{ do: "roll", image: "ami-c2", from: "ami-c1" }]);
  });

  test("leaves the copy of a revoked image, in the direction of home's images", () => {
    const { story, there } = inIreland({
      rollback: "at once",
      window: { days: ["Tue"], from: "22:00", to: "23:00", timeZone: "UTC" },
    });
    there.holds("ami-c2");
    story.fleets("rollout", "web", "ami-c2", { ago: hour, status: "succeeded" });
    story.revoke("ami-2").holds("ami-1");
    const why = "ami-c2, a copy of ami-2, is revoked: breaks networking";
    expect(story.fleetDecision("web")).toMatchObject({ decision: "wait", for: "image" });

    there.holds("ami-c1");
    expect(story.fleetDecision("web")).toMatchObject({ decision: "roll", back: why, reasons: [why] });
  });

  test("goes back when its channel does, although the older image was copied last", () => {
    const { story, there } = inIreland({ after: { fleet: "first", healthyFor: "1h" } });
    story.fleet("first", { place: "ireland" });
    there.copied("ami-2", "ami-c2").holds("ami-c2");
    story.fleets("rollout", "web", "ami-c2", { ago: day, status: "succeeded" });
    there.change("ami-c1", { createdAt: story.world.now }).holds("ami-c1");

    expect(story.fleetDecision("web")).toMatchObject({
      decision: "roll",
      back: "the channel has gone back from ami-c2",
    });
  });

  test("gets nothing that only looks like a copy", () => {
    const { story, there } = inIreland();
    there.looksLike("ami-2", "ami-forged").holds("ami-forged");

    expect(story.fleetDecision("web")).toMatchObject({
      decision: "wait",
      for: "image",
      reasons: ["stable holds ami-forged, which was not made by this service"],
    });
  });

  test.each([
    ["disabled", { state: "disabled" }, "is not ready in ireland: ami-c2 is disabled"],
    ["lost", undefined, "is not the copy that ireland uses: ami-d2"],
  ])("gets no copy that is %s", (_, changes, why) => {
    const { story, there } = inIreland();
    there.holds("ami-c2");
    if (changes) there.change("ami-c2", changes);
    else there.copied("ami-2", "ami-d2");

    expect(story.fleetDecision("web")).toMatchObject({ reasons: [`stable holds ami-c2, which ${why}`] });
  });

  test("waits for the grant of a shared image's key", () => {
    const story = scene({ places: [apps], policies: { volumeKeyArn } }).published("ami-1");
    const there = placed(story, "apps").shared("ami-1").holds("ami-1");
    story.fleet("web", { place: "apps" }).published("ami-2");
    there.shared("ami-2").holds("ami-2");
    expect(story.fleetDecision("web").decision).toBe("roll");

    there.withoutGrant("Auto Scaling lacks a grant");
    expect(story.fleetDecision("web")).toMatchObject({
      decision: "wait",
      reasons: ["stable holds ami-2, which is not ready in apps: Auto Scaling lacks a grant"],
    });
  });

  test("is behind since its channel was written, not home's", () => {
    const { story, there } = inIreland();
    there.records("ami-2", { written: { stable: story.world.now - 2 * hour } });
    there.holds("ami-c2");
    const world = indexWorld(story.world);
    const [state] = fleetStates(world);

    expect(story.world.now - (holdingSince(world, state as KnownState) ?? 0)).toBe(2 * hour);
  });

  test("may change to another image of the same Windows without adopt, as at home", () => {
    const { story, there } = inIreland();
    story.fleets("neverRolled", "web").fleets("order", "web", "ami-c2");
    there.holds("ami-c2");

    expect(story.fleetDecision("web").decision).toBe("roll");
  });
});

describe("a fleet that waits for one elsewhere", () => {
  /** `first`, at home, has run `ami-2` for two hours; `web` follows it in Ireland. */
  function following() {
    const { story, there } = inIreland({ after: { fleet: "first", healthyFor: "1h" } });
    story.fleet("first").fleets("arrived", "first", "ami-1", 7 * day);
    there.holds("ami-c2");
    return story;
  }

  test("waits until that has run home's image", () => {
    const story = following();
    story.fleets("rollout", "first", "ami-2", { ago: 3 * hour, status: "succeeded" });
    story.world.fleetRecords.histories.first = { ...story.world.fleetRecords.histories.first, arrivals: [] } as never;
    expect(story.fleetDecision("web")).toMatchObject({ reasons: ["first has not run ami-c2 yet (after)"] });

    story.fleets("arrived", "first", "ami-2", 2 * hour);
    expect(story.fleetDecision("web").decision).toBe("roll");
  });

  test("waits while a node there runs another image", () => {
    const story = following().fleets("arrived", "first", "ami-2", 2 * hour);
    story.fleets("runs", "first", "ami-1", [2]);

    expect(story.fleetDecision("web")).toMatchObject({
      reasons: ["first does not run ami-c2 on all of its nodes (after)"],
    });
  });
});

describe("a place that does not answer", () => {
  test("makes its fleets unknown, and no other", () => {
    const { story, there } = inIreland();
    story.fleet("home").image("ami-3").holds("ami-3");
    there.holds("ami-c2").away("AccessDenied: no");

    expect(story.fleetDecision("web")).toMatchObject({
      decision: "wait",
      for: "aws",
      reasons: ["its place ireland does not answer: AccessDenied: no"],
    });
    expect(story.fleetDecision("home").decision).toBe("roll");
  });

  test("is noted and told of the place only", () => {
    const { story, there } = inIreland();
    there.away("AccessDenied: no", 3 * hour);
    const sights = () => story.actions().filter(({ do: what }) => what === "sight");
    expect(sights()).toEqual([]);
    const run = { world: indexWorld(story.world), states: [], triggers: [], outcomes: [], milliseconds: 0 };
    expect(measurementsOf(run).ActionsFailed).toBeUndefined();

    there.answers();
    story.fleets("unreadable", "web", "no such group");
    expect(sights()).toMatchObject([{ sight: "lost", fleet: "web" }]);
  });
});

describe("Fast Launch at home", () => {
  /** Home's channels hold newer images than `ami-1`, which has Fast Launch and which `web` starts in a place. */
  function started(place: typeof apps | typeof ireland) {
    const story = scene({ places: [place], policies: { volumeKeyArn, fastLaunch: {} } }).published("ami-1");
    const there = placed(story, place.name);
    if (place.method === "share") there.shared("ami-1").holds("ami-1");
    else there.copied("ami-1", "ami-c1").holds("ami-c1");
    story.fleet("web", { place: place.name });
    fastLaunched(story, { "ami-1": {} });
    story.published("ami-2").published("ami-3").published("ami-4");
    return { story, disabling: () => story.actions().some((one) => one.do === "disable-fast-launch") };
  }

  test("stays while a fleet starts the image that is shared with its place, or nobody knows", () => {
    const { story, disabling } = started(apps);
    expect(disabling()).toBe(false);

    story.fleets("unreadable", "web", "no such group");
    expect(disabling()).toBe(false);
  });

  test("is not kept by a fleet that starts a copy, or of which nobody knows what it starts", () => {
    const { story, disabling } = started(ireland);
    expect(disabling()).toBe(true);

    story.fleets("unreadable", "web", "no such group");
    expect(disabling()).toBe(true);
  });
});
