import { describe, expect, test } from "vitest";
import { day, hour, minute, type Scene, scene } from "../../../scene.ts";

const window = { days: ["Tue" as const], from: "22:00", to: "04:00", timeZone: "UTC" };
const scaling = { kind: "auto-scaling-group" as const, parameter: "own" as const };
const karpenter = { kind: "karpenter" as const, parameter: "own" as const };

function behind(configuration: Parameters<Scene["fleet"]>[1]): Scene {
  return scene().published("ami-1").fleet("web", configuration).image("ami-2").holds("ami-2");
}

/** The service has written `ami-2` to the fleet's parameter. */
function pointed(configuration: Parameters<Scene["fleet"]>[1], ago = minute): Scene {
  return behind(configuration)
    .fleets("rollout", "web", "ami-2", { ago, status: "invisible" })
    .fleets("starts", "web", "ami-2");
}

describe("rule 17: a fleet's own parameter", () => {
  test.each([scaling, karpenter])("is written when the fleet's turn has come ($kind)", (configuration) => {
    expect(behind({ ...configuration, window }).fleetDecision("web")).toMatchObject({ decision: "wait", for: "time" });
    expect(behind(configuration).fleetActions("web")).toMatchObject([{ do: "point", image: "ami-2", from: "ami-1" }]);
  });

  test.each([scaling, karpenter])(
    "gets its first value at once, because nothing follows it ($kind)",
    (configuration) => {
      const story = behind({ ...configuration, window }).fleets("neverRolled", "web");
      story.fleets("observe", "web", { starts: undefined, obstacles: ["its launch template names ami-1"] });
      expect(story.fleetActions("web")).toMatchObject([
        { do: "point", image: "ami-2", from: undefined, reasons: ["its own parameter does not exist yet"] },
      ]);
    },
  );

  test("gets no first value while the fleet is held or its variant paused, none that is revoked, and none on watch", () => {
    const missing = (configuration = {}) =>
      behind({ ...karpenter, ...configuration })
        .fleets("neverRolled", "web")
        .fleets("observe", "web", { starts: undefined });
    expect(missing().fleets("hold", "web").fleetDecision("web").decision).toBe("held");
    expect(missing().pause().fleetDecision("web").decision).toBe("held");
    expect(missing().revoke("ami-2").fleetDecision("web")).toMatchObject({ for: "image" });
    expect(missing({ mode: "watch" }).fleetActions("web")).toMatchObject([{ do: "wait" }]);
  });

  test("that a person has deleted is written again in the window", () => {
    const story = behind({ ...karpenter, window }).fleets("observe", "web", { starts: undefined });
    expect(story.fleetDecision("web")).toMatchObject({ for: "time" });
    expect(story.at("2026-11-10T22:00:00Z").fleetActions("web")).toMatchObject([{ do: "point", from: undefined }]);
  });
});

describe("rule 17: an Auto Scaling group whose parameter was written", () => {
  test("has its nodes replaced by a refresh, whatever the window says", () => {
    expect(pointed({ ...scaling, window }).fleetActions("web")).toMatchObject([{ do: "refresh", image: "ami-2" }]);
  });

  test("waits with that while the fleet is held, paused or refused", () => {
    expect(pointed(scaling).fleets("hold", "web").fleetDecision("web").decision).toBe("held");
    expect(pointed(scaling).pause().fleetDecision("web").decision).toBe("held");
    expect(
      pointed(scaling)
        .fleets("observe", "web", { obstacles: ["no hook"] })
        .fleetDecision("web").decision,
    ).toBe("refused");
  });

  test("keeps the others of its wave waiting until the refresh is done, or stuck", () => {
    const story = scene()
      .published("ami-1")
      .fleet("api", { wave: "eu" })
      .fleet("web", { ...scaling, wave: "eu" });
    story
      .image("ami-2")
      .holds("ami-2")
      .fleets("rollout", "web", "ami-2", { status: "invisible" })
      .fleets("starts", "web", "ami-2");
    expect(story.fleetDecision("api")).toMatchObject({ reasons: ["web of its wave eu comes first"] });
    expect(story.later(6 * hour + 1).fleetDecision("api").decision).toBe("roll");
  });

  test("gets one refresh for each time, and after a failure none until a person orders it", () => {
    const failed = () =>
      behind(scaling)
        .fleets("rollout", "web", "ami-2", { ago: day, status: "failed" })
        .fleets("starts", "web", "ami-2");
    expect(failed().fleetDecision("web").decision).toBe("failed");
    const story = failed().fleets("order", "web", "ami-2");
    expect(story.fleetActions("web").at(-1)).toMatchObject({ do: "point", image: "ami-2", from: "ami-2" });
    story.later(minute).fleets("rollout", "web", "ami-2", { status: "invisible" });
    expect(story.fleetDecision("web").decision).toBe("refresh");
    const [again] = story.world.fleetRecords.histories.web?.attempts ?? [];
    const observed = story.world.fleets.web;
    const updates = observed?.state === "known" ? observed.updates : [];
    const second = {
      id: "r-2",
      status: "failed" as const,
      startedAt: (again?.at ?? 0) + minute,
      version: undefined,
      detail: "no",
    };
    story.fleets("observe", "web", { updates: [second, ...updates] });
    expect(story.later(hour).fleetDecision("web")).toMatchObject({ decision: "failed", reasons: ["it failed: no"] });
  });

  test("is not refreshed by itself if its nodes have run something else before", () => {
    const story = scene()
      .published("ami-1")
      .fleet("web", scaling)
      .fleets("neverRolled", "web")
      .fleets("runs", "web", "ami-f");
    expect(story.fleetDecision("web")).toMatchObject({ decision: "wait", for: "person" });
    expect(story.fleets("order", "web", "ami-1").fleetActions("web")).toMatchObject([{ do: "point", from: "ami-1" }]);
  });

  test("gets the next image if that comes before the refresh has begun", () => {
    const story = pointed(scaling).image("ami-3").holds("ami-3");
    expect(story.fleetActions("web")).toMatchObject([{ do: "point", image: "ami-3", from: "ami-2" }]);
  });

  test("goes back by its parameter, although the refresh before was cancelled a moment ago", () => {
    const story = behind(scaling)
      .fleets("rollout", "web", "ami-2", { ago: hour, status: "cancelled" })
      .fleets("starts", "web", "ami-2");
    story.revoke("ami-2").holds("ami-1");
    expect(story.fleetActions("web").at(-1)).toMatchObject({ do: "point", image: "ami-1" });
    story
      .fleets("rollout", "web", "ami-1", { status: "invisible" })
      .fleets("starts", "web", "ami-1")
      .fleets("runs", "web", "ami-2", [1]);
    expect(story.fleetDecision("web").decision).toBe("refresh");
  });
});

describe("rule 17: Karpenter", () => {
  test("replaces nodes by itself once the fleet's parameter was written, and the service only looks on", () => {
    expect(pointed(karpenter).fleetDecision("web")).toMatchObject({
      decision: "running",
      image: "ami-2",
      isStuck: false,
    });
    expect(pointed(karpenter).fleetActions("web")).toMatchObject([{ do: "wait" }]);
  });

  test("is stuck if that takes too long, and done once all nodes run the image", () => {
    expect(pointed(karpenter, 7 * hour).fleetDecision("web")).toMatchObject({ decision: "running", isStuck: true });
    expect(
      pointed(karpenter, 7 * hour)
        .fleets("runs", "web", "ami-2")
        .fleetActions("web"),
    ).toMatchObject([{ do: "arrive" }]);
  });

  test("gets the next image once all nodes run the one before, or that is stuck", () => {
    const next = (ago: number) => pointed(karpenter, ago).image("ami-3").holds("ami-3");
    expect(next(hour).fleetDecision("web")).toMatchObject({ decision: "running", image: "ami-2" });
    const wanted = [{ do: "point", image: "ami-3", from: "ami-2" }];
    expect(next(hour).fleets("runs", "web", "ami-2").fleetActions("web")).toMatchObject(wanted);
    expect(next(7 * hour).fleetActions("web")).toMatchObject(wanted);
  });

  test("goes back while nodes are still being replaced", () => {
    const story = pointed({ ...karpenter, rollback: "at once", window })
      .revoke("ami-2")
      .holds("ami-1");
    expect(story.fleetActions("web")).toMatchObject([{ do: "point", image: "ami-1" }]);
  });

  test("whose pool has begun to follow the parameter is left to itself", () => {
    const story = scene()
      .published("ami-1")
      .fleet("web", karpenter)
      .fleets("neverRolled", "web")
      .fleets("runs", "web", "ami-f");
    expect(story.fleetDecision("web")).toMatchObject({
      decision: "wait",
      for: "aws",
      reasons: ["Karpenter replaces its nodes as its disruption budgets allow"],
    });
  });
});

describe("rule 17: what follows the channel obeys nothing, and the plan says so", () => {
  test.each([
    ["karpenter" as const, "Karpenter replaces its nodes as its disruption budgets allow"],
    [
      "auto-scaling-group" as const,
      "it follows the channel: only new nodes start the image, and nobody replaces the others",
    ],
  ])("%s", (kind, reason) => {
    const story = behind({ kind, parameter: "channel", mode: "watch" }).fleets("starts", "web", "ami-2");
    expect(story.fleetActions("web")).toMatchObject([{ do: "wait", reasons: [reason] }]);
  });
});
