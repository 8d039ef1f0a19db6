import { describe, expect, test } from "vitest";
import { core, day, hour, minute, type Scene, scene } from "../../../scene.ts";

/** `ami-2` is in the channel, and the fleet runs `ami-1`. */
function behind(configuration: Parameters<Scene["fleet"]>[1] = {}): Scene {
  return scene().published("ami-1").fleet("web", configuration).image("ami-2").holds("ami-2");
}

const scaling = { kind: "auto-scaling-group" as const };

describe("rule 17: while a rollout runs", () => {
  test("nothing else begins, and AWS's words say how far it is", () => {
    const story = behind().fleets("rollout", "web", "ami-2", { detail: "2 of 3 nodes" });
    expect(story.fleetDecision("web")).toMatchObject({ decision: "running", image: "ami-2", isStuck: false });
    expect(story.fleetActions("web")).toMatchObject([{ do: "wait", reasons: ["2 of 3 nodes"] }]);
  });

  test("a newer image waits for its end", () => {
    const story = behind().fleets("rollout", "web", "ami-2").image("ami-3").holds("ami-3");
    expect(story.fleetDecision("web")).toMatchObject({ decision: "running", image: "ami-2" });
  });

  test("a person's order and force begin no second one", () => {
    const story = behind().fleets("rollout", "web", "ami-2").later(minute);
    expect(story.fleets("order", "web", "ami-2", { force: true }).fleetDecision("web").decision).toBe("running");
  });

  test("that AWS does not show yet, the fleet waits for ten minutes, even if its group has the version", () => {
    const story = behind().fleets("rollout", "web", "ami-2", { status: "invisible" });
    const until = story.world.now + 10 * minute;
    expect(story.fleetDecision("web")).toMatchObject({ decision: "wait", for: "aws", until });
    story.fleets("observe", "web", {
      template: { template: "lt-web", named: "3", number: 3, made: [2, 3], followedBy: undefined },
    });
    expect(story.later(9 * minute).fleetDecision("web")).toMatchObject({ decision: "wait", for: "aws", until });
  });

  test("that somebody else has begun, nothing begins, and its image is not known", () => {
    const story = behind().fleets("observe", "web", { isChanging: true });
    expect(story.fleetDecision("web")).toMatchObject({ decision: "running", image: undefined });
  });

  test("it is stuck after stuckAfter", () => {
    const story = behind({ stuckAfter: "2h" })
      .fleets("rollout", "web", "ami-2")
      .later(2 * hour);
    expect(story.fleetDecision("web")).toMatchObject({ isStuck: false });
    expect(story.later(1).fleetDecision("web")).toMatchObject({
      isStuck: true,
      reasons: ["nodes are being replaced", "it takes longer than stuckAfter"],
    });
  });
});

describe("rule 17: a rollout that has failed", () => {
  const failed = (status: "failed" | "cancelled" | "rolled-back" | "refused") =>
    behind(scaling).fleets("rollout", "web", "ami-2", { ago: day, status, detail: "NodeCreationFailure" });

  test.each([
    ["failed" as const, "it failed: NodeCreationFailure"],
    ["cancelled" as const, "it was cancelled: NodeCreationFailure"],
    ["rolled-back" as const, "it was rolled back: NodeCreationFailure"],
    ["refused" as const, "AWS refused it: NodeCreationFailure"],
  ])("is not repeated by itself: %s", (status, why) => {
    expect(failed(status).fleetDecision("web")).toMatchObject({ decision: "failed", reasons: [why] });
    const later = failed(status)
      .later(30 * day)
      .fleetActions("web");
    expect(later.at(-1)).toMatchObject({ do: "wait", reasons: [why] });
  });

  test("is recorded once, with AWS's words, because AWS forgets it", () => {
    const ending = { status: "rolled-back" as const, detail: "NodeCreationFailure" };
    const attemptAt = failed("rolled-back").world.fleetRecords.histories.web?.attempts[0]?.at;
    expect(failed("rolled-back").fleetActions("web")).toMatchObject([
      { do: "conclude", attemptAt, ending },
      { do: "wait" },
    ]);
    expect(failed("rolled-back").fleets("concluded", "web", ending).fleetActions("web")).toMatchObject([
      { do: "wait" },
    ]);
    expect(failed("refused").fleetActions("web")).toMatchObject([{ do: "wait" }]);
  });

  test("still counts when AWS has forgotten it, until another image or a person", () => {
    const forgotten = () =>
      failed("rolled-back")
        .fleets("concluded", "web", { status: "rolled-back", detail: "NodeCreationFailure" })
        .later(100 * day);
    expect(forgotten().fleetDecision("web")).toMatchObject({
      decision: "failed",
      reasons: ["it was rolled back: NodeCreationFailure"],
    });
    expect(forgotten().fleets("order", "web", "ami-2").fleetDecision("web").decision).toBe("roll");
    expect(forgotten().image("ami-3").holds("ami-3").fleetDecision("web").decision).toBe("roll");
  });

  test("is repeated once if a person orders it", () => {
    const story = failed("failed").fleets("order", "web", "ami-2");
    expect(story.fleetDecision("web").decision).toBe("roll");
    story.later(minute).fleets("rollout", "web", "ami-2", { status: "failed" });
    expect(story.later(hour).fleetDecision("web").decision).toBe("failed");
  });

  test("is not repeated by the order that began it", () => {
    const story = behind().fleets("order", "web", "ami-2").later(minute);
    expect(story.fleets("rollout", "web", "ami-2", { status: "failed" }).fleetDecision("web").decision).toBe("failed");
  });

  test("does not keep another image out", () => {
    expect(failed("failed").image("ami-3").holds("ami-3").fleetDecision("web").decision).toBe("roll");
  });

  test("does not keep the fleet from going back, which may fail in its turn", () => {
    const story = failed("failed").fleets("starts", "web", "ami-2").revoke("ami-2").holds("ami-1");
    expect(story.fleetDecision("web")).toMatchObject({ decision: "roll", back: "ami-2 is revoked: breaks networking" });
    story.fleets("rollout", "web", "ami-1", { status: "refused", detail: "older AMI" });
    expect(story.fleetDecision("web")).toMatchObject({ decision: "failed", reasons: ["AWS refused it: older AMI"] });
  });

  test("is one that ended well and left nodes as they were", () => {
    const story = behind().fleets("rollout", "web", "ami-2", { ago: hour, status: "succeeded" });
    const [first, ...others] = story.world.fleets.web?.state === "known" ? story.world.fleets.web.nodes : [];
    const nodes = first ? [{ ...first, image: "ami-1", since: 0 }, ...others] : [];
    expect(story.fleets("observe", "web", { nodes }).fleetDecision("web")).toMatchObject({
      decision: "failed",
      reasons: ["it ended and left nodes as they were: i-web-1 (ami-1)"],
    });
  });

  test("is not one of somebody else", () => {
    const update = { id: "u-9", status: "failed" as const, startedAt: 0, version: 9, detail: undefined };
    expect(
      behind()
        .fleets("observe", "web", { updates: [update] })
        .fleetDecision("web").decision,
    ).toBe("roll");
  });
});

describe("rule 17: an arrival", () => {
  const done = () => behind().fleets("rollout", "web", "ami-2", { ago: hour, status: "succeeded" });

  test("is recorded once all nodes run the image", () => {
    expect(done().fleetActions("web")).toEqual([
      { do: "arrive", variant: core, fleet: "web", image: "ami-2", reasons: ["3 nodes run ami-2"] },
    ]);
    expect(done().fleets("arrived", "web", "ami-2").fleetActions("web")).toEqual([]);
  });

  test("is recorded again when the fleet has come back to an image", () => {
    const story = done().fleets("arrived", "web", "ami-2").later(day).revoke("ami-2").holds("ami-1");
    story.fleets("rollout", "web", "ami-1", { ago: hour, status: "succeeded" });
    expect(story.fleetActions("web")[0]).toMatchObject({ do: "arrive", image: "ami-1" });
  });

  test("is not recorded of a fleet without nodes, which runs nothing", () => {
    expect(done().fleets("observe", "web", { nodes: [] }).fleetActions("web")).toEqual([]);
  });

  test("is not recorded of a revoked image", () => {
    expect(done().revoke("ami-2").fleetActions("web")).toMatchObject([{ do: "wait" }]);
  });

  test("is recorded of a watched fleet only if another one waits for it", () => {
    const watched = (after: object) =>
      scene()
        .published("ami-1")
        .fleet("staging", { mode: "watch" })
        .fleet("web", after)
        .image("ami-2")
        .holds("ami-2")
        .fleets("take", "staging", "ami-2");
    expect(watched({}).fleetActions("staging")).toEqual([]);
    expect(watched({ after: { fleet: "staging", healthyFor: "1d" } }).fleetActions("staging")).toMatchObject([
      { do: "arrive", image: "ami-2" },
    ]);
  });
});

describe("rule 17: of the versions of a launch template that the service made", () => {
  const made = (numbers: number[], configuration: Parameters<Scene["fleet"]>[1] = {}) =>
    scene()
      .published("ami-1")
      .fleet("web", configuration)
      .fleets("observe", "web", {
        template: { template: "lt-web", named: "2", number: 2, made: numbers, followedBy: undefined },
      });

  test("only the two newest and the present one stay", () => {
    expect(made([2, 3, 5, 8, 9]).fleetActions("web")).toMatchObject([
      { do: "prune", template: "lt-web", versions: [3, 5] },
    ]);
    expect(made([2, 8, 9]).fleetActions("web")).toEqual([]);
  });

  test.each<[string, (story: Scene) => Scene]>([
    ["a rollout is under way", (story) => story.fleets("observe", "web", { isChanging: true })],
    ["nodes run another image", (story) => story.fleets("runs", "web", "ami-0", [1])],
    ["the fleet is held", (story) => story.fleets("hold", "web")],
    ["the variant is paused", (story) => story.pause()],
  ])("all stay while %s", (_, change) => {
    const actions = change(made([3, 5, 8, 9])).fleetActions("web");
    expect(actions.map(({ do: what }) => what)).not.toContain("prune");
  });

  test("all stay if the fleet is only watched", () => {
    expect(made([3, 5, 8, 9], { mode: "watch" }).fleetActions("web")).toEqual([]);
  });
});
