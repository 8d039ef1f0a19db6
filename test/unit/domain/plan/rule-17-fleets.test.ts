import { describe, expect, test } from "vitest";
import type { KnownFleet } from "../../../../functions/domain/observed-fleet.ts";
import { core, day, hour, minute, type Scene, scene } from "../../../scene.ts";

/** Tuesday nights. The scene begins on a Wednesday. */
const window = { days: ["Tue" as const], from: "22:00", to: "04:00", timeZone: "UTC" };
const nextWindow = Date.parse("2026-11-10T22:00:00Z");

const withChannel = () => scene().published("ami-1");

/** The channel moves on to `ami-2`, which every fleet of the scene has still to get. */
function moved(story: Scene): Scene {
  return story.image("ami-2").holds("ami-2");
}

function behind(configuration: Parameters<Scene["fleet"]>[1] = {}): Scene {
  return moved(withChannel().fleet("web", configuration));
}

describe("rule 17: a fleet", () => {
  test("that runs and starts what its channel holds is left alone", () => {
    const story = withChannel().fleet("web");
    expect(story.fleetDecision("web").decision).toBe("current");
    expect(story.fleetActions("web")).toEqual([]);
  });

  test("that does not is rolled, with the change as the reason", () => {
    expect(behind().fleetActions("web")).toEqual([
      {
        do: "roll",
        variant: core,
        fleet: "web",
        image: "ami-2",
        from: "ami-1",
        leaves: false,
        force: false,
        reasons: ["ami-1 → ami-2"],
      },
    ]);
  });

  test("follows the channel of its entry", () => {
    const story = withChannel().fleet("early", { channel: "candidate" }).fleet("late");
    story.image("ami-2").holds("ami-2", ["candidate"]);
    expect(story.fleetDecision("early").decision).toBe("roll");
    expect(story.fleetDecision("late").decision).toBe("current");
  });

  test("is judged by what its nodes run, not by what its group starts", () => {
    const story = behind().fleets("take", "web", "ami-2", 3).fleets("runs", "web", "ami-1", [2]);
    story.fleets("release", "web");
    expect(story.fleetDecision("web")).toMatchObject({ decision: "roll", reasons: ["ami-1 → ami-2"] });
  });

  test("without nodes is rolled if its next node would start something else", () => {
    const story = behind().fleets("observe", "web", { nodes: [] });
    expect(story.fleetDecision("web").decision).toBe("roll");
    expect(story.fleets("starts", "web", "ami-2").fleetActions("web")).toEqual([]);
  });

  test("may have a name that every object has", () => {
    const story = moved(withChannel().fleet("constructor"));
    story.world.fleetRecords.histories = {};
    story.world.fleets = {};
    expect(story.fleetDecision("constructor")).toMatchObject({ reasons: ["nothing is known about it"] });
  });

  test("that is only watched is never written, and the plan says what would come next", () => {
    const story = behind({ mode: "watch" }).fleets("order", "web", "ami-2");
    expect(story.fleetActions("web")).toMatchObject([
      { do: "wait", reasons: ["ami-1 → ami-2", "it is only watched (mode), otherwise the next step would be: roll"] },
    ]);
  });
});

test("rule 17: of a fleet that is only watched the plan says what it would wait for", () => {
  expect(behind({ mode: "watch" }).fleetActions("web")).toMatchObject([
    { do: "wait", until: undefined, reasons: [expect.stringContaining("first rollout"), "it is only watched (mode)"] },
  ]);
});

describe("rule 17: a fleet waits", () => {
  const waits = (story: Scene, why: string) => {
    expect(story.fleetDecision("web")).toMatchObject({ decision: "wait", reasons: [expect.stringContaining(why)] });
    expect(story.fleetActions("web")).toMatchObject([{ do: "wait", for: "fleet" }]);
  };

  test("while AWS does not show it", () => {
    waits(behind().fleets("unreadable", "web", "throttled").fleets("sight", "web", "lost"), "throttled");
  });

  test("while the records cannot be read, which tell of holds and of its rollouts", () => {
    const story = behind();
    story.world.unreadable = "S3 does not answer";
    waits(story, "S3 does not answer");
  });

  test("while its channel holds nothing", () => {
    waits(behind().deleteChannels(["stable"]), "stable holds nothing");
  });

  test("while its channel holds a revoked image, also if all of its nodes run that", () => {
    waits(behind().revoke("ami-2"), "stable holds what no node should start: ami-2 is revoked: breaks networking");
    waits(withChannel().fleet("web").revoke("ami-1"), "ami-1 is revoked");
  });

  test("while its channel holds an image whose revocation only a record tells", () => {
    const story = behind();
    story.world.revokedByRecord = ["ami-2"];
    waits(story, "ami-2 is revoked");
  });

  test.each<[string, (story: Scene) => Scene, string]>([
    ["that is disabled", (story) => story.change("ami-2", { state: "disabled" }), "is disabled"],
    ["that is gone", (story) => story.deregister("ami-2"), "was not made by this service"],
    ["that a person wrote there", (story) => story.holdsForeign("ami-f"), "ami-f, which was not made by this service"],
    ["without a record", (story) => story.change("ami-2", { made: false }), "is not recorded as made by this service"],
    ["that failed its proof", (story) => story.change("ami-2", { proof: "failed" }), "failed its proof"],
  ])("while its channel holds an image %s", (_, change, why) => {
    waits(change(behind()), why);
  });
});

describe("rule 17: the first rollout of a fleet", () => {
  test("waits for a person, and says for which call", () => {
    expect(behind().fleets("neverRolled", "web").fleetDecision("web")).toMatchObject({
      decision: "wait",
      for: "person",
      until: undefined,
      reasons: ['its first rollout waits for a person: POST /rollout {"fleet": "web", "reason": "…"}'],
    });
  });

  test("begins once a person has ordered that image, not another one", () => {
    const story = behind().fleets("neverRolled", "web").fleets("order", "web", "ami-1");
    expect(story.fleetDecision("web")).toMatchObject({ for: "person" });
    expect(story.fleets("order", "web", "ami-2").fleetDecision("web").decision).toBe("roll");
  });

  test("waits for a person also if the fleet is to leave a revoked image at once", () => {
    const story = behind({ rollback: "at once" }).fleets("neverRolled", "web").revoke("ami-1");
    expect(story.fleetDecision("web")).toMatchObject({ for: "person", back: "ami-1 is revoked: breaks networking" });
  });
});

describe("rule 17: windows", () => {
  test("govern when a rollout starts", () => {
    const story = behind({ window });
    expect(story.fleetDecision("web")).toMatchObject({
      decision: "wait",
      for: "time",
      until: nextWindow,
      reasons: ["outside the window Tue 22:00 to 04:00 UTC"],
    });
    expect(story.at("2026-11-10T22:00:00Z").fleetDecision("web").decision).toBe("roll");
  });

  test("do not govern a rollout that runs", () => {
    const story = behind({ window })
      .at("2026-11-10T22:00:00Z")
      .fleets("rollout", "web", "ami-2")
      .later(day / 4);
    expect(story.fleetDecision("web").decision).toBe("running");
  });

  test("are closed by blackouts, with their reason", () => {
    const blackouts = [{ from: "2026-11-09", to: "2026-11-12", reason: "the sale" }];
    const story = behind({ window, blackouts }).at("2026-11-10T23:00:00Z");
    expect(story.fleetDecision("web")).toMatchObject({
      until: nextWindow + 7 * day,
      reasons: ["blackout until 2026-11-12: the sale"],
    });
  });

  test("are overridden by a person's order, once", () => {
    const story = behind({ window }).fleets("order", "web", "ami-2");
    expect(story.fleetDecision("web").decision).toBe("roll");

    story.later(minute).fleets("rollout", "web", "ami-2", { status: "succeeded" });
    story.fleets("runs", "web", "ami-1", [1]);
    expect(story.later(hour).fleetDecision("web")).toMatchObject({ for: "time" });
  });

  test("are not overridden by an order of an image that the fleet never got and that its channel returns to", () => {
    const story = behind({ window }).fleets("order", "web", "ami-1").later(hour);
    story.fleets("rollout", "web", "ami-2", { status: "succeeded" }).later(hour).revoke("ami-2").holds("ami-1");
    expect(story.fleetDecision("web")).toMatchObject({ for: "time", back: "ami-2 is revoked: breaks networking" });
  });

  test("are overridden by a repeated order of an image that was never begun", () => {
    const story = behind({ window }).fleets("order", "web", "ami-2").later(minute);
    story.fleets("rollout", "web", "ami-2", { status: "invisible" });
    expect(story.fleetDecision("web")).toMatchObject({ for: "aws", until: story.world.now + 10 * minute });
    expect(story.later(10 * minute).fleetDecision("web").decision).toBe("roll");
  });
});

describe("rule 17: with approval", () => {
  test("each image waits for a person, who begins it at once", () => {
    const story = behind({ approval: "manual", window });
    expect(story.fleetDecision("web")).toMatchObject({ decision: "wait", for: "person", until: undefined });
    expect(story.fleets("order", "web", "ami-2").fleetDecision("web").decision).toBe("roll");
  });

  test("nobody has to approve that a fleet goes back", () => {
    const story = behind({ approval: "manual" }).fleets("order", "web", "ami-2").later(minute);
    story.fleets("rollout", "web", "ami-2", { status: "succeeded" }).later(hour).revoke("ami-2").holds("ami-1");
    expect(story.fleetDecision("web").decision).toBe("roll");
  });
});

describe("rule 17: an order", () => {
  test("may say that nodes go against their disruption budgets", () => {
    const story = behind().fleets("order", "web", "ami-2", { force: true });
    expect(story.fleetActions("web")).toMatchObject([{ do: "roll", force: true }]);
  });

  test("overrides neither a hold nor a guard nor a revocation", () => {
    const ordered = () => behind().fleets("order", "web", "ami-2", { force: true });
    expect(ordered().fleets("hold", "web").fleetDecision("web").decision).toBe("held");
    expect(
      ordered()
        .fleets("observe", "web", { obstacles: ["no template"] })
        .fleetDecision("web").decision,
    ).toBe("refused");
    expect(ordered().revoke("ami-2").fleetDecision("web")).toMatchObject({ decision: "wait", for: "image" });
  });
});

describe("rule 17: a fleet is left as it is", () => {
  test("while a person holds it, who is named, and until a person releases it", () => {
    const story = behind().fleets("hold", "web");
    expect(story.fleetDecision("web")).toMatchObject({
      decision: "held",
      reasons: ["web is held since 2026-11-04T12:00:00.000Z by arn:aws:iam::123456789012:user/ann: a freeze"],
    });
    expect(story.fleets("release", "web").fleetDecision("web").decision).toBe("roll");
  });

  test("while it is held, also if it runs a revoked image", () => {
    const story = behind({ rollback: "at once" }).revoke("ami-1").fleets("hold", "web");
    expect(story.fleetDecision("web").decision).toBe("held");
  });

  test.each([core, "*"])("while %s is paused, but for going back", (scope) => {
    const story = behind().pause(scope);
    expect(story.fleetDecision("web")).toMatchObject({
      decision: "held",
      reasons: [expect.stringContaining("is paused since")],
    });
    expect(story.revoke("ami-1").fleetDecision("web").decision).toBe("roll");
  });
});

describe("rule 17: of a wave", () => {
  const two = () =>
    moved(withChannel().fleet("web", { wave: "eu" }).fleet("api", { wave: "eu" }).fleet("us", { wave: "us" }));

  test("one fleet starts at a time, in the order of the configuration; other waves do not wait", () => {
    expect(two().fleetDecision("web").decision).toBe("roll");
    expect(two().fleetDecision("api")).toMatchObject({
      decision: "wait",
      for: "other-fleet",
      reasons: ["web of its wave eu comes first"],
    });
    expect(two().fleetDecision("us").decision).toBe("roll");
  });

  test.each([
    ["is running", "running" as const],
    ["was recorded and cannot be seen yet", "invisible" as const],
  ])("the first one waits, too, while the rollout of another one %s", (_, status) => {
    const story = two().fleets("rollout", "api", "ami-2", { status });
    expect(story.fleetDecision("web")).toMatchObject({ reasons: ["api of its wave eu comes first"] });
  });

  test("all wait for one whose rollout runs while AWS does not show it", () => {
    const story = two().fleets("rollout", "api", "ami-2").later(hour).fleets("unreadable", "api", "throttled");
    expect(story.fleetDecision("web")).toMatchObject({ reasons: ["api of its wave eu comes first"] });
    expect(story.later(6 * hour).fleetDecision("web").decision).toBe("roll");
  });

  test("none waits for one that AWS does not show and whose last rollout was seen to be done", () => {
    const story = two().fleets("rollout", "api", "ami-2", { status: "succeeded" }).fleets("arrived", "api", "ami-2");
    expect(story.later(hour).fleets("unreadable", "api", "throttled").fleetDecision("web").decision).toBe("roll");
  });

  test("one that is stuck no longer blocks the others", () => {
    const story = two()
      .fleets("rollout", "web", "ami-2")
      .later(6 * hour);
    expect(story.fleetDecision("api").decision).toBe("wait");
    story.later(1);
    expect(story.fleetDecision("web")).toMatchObject({ decision: "running", isStuck: true });
    expect(story.fleetDecision("api").decision).toBe("roll");
  });

  test("one that has failed blocks none", () => {
    const story = two().fleets("rollout", "web", "ami-2", { status: "failed" });
    expect(story.fleetDecision("api").decision).toBe("roll");
  });

  test("one that waits or is only watched blocks none", () => {
    expect(two().fleets("hold", "web").fleetDecision("api").decision).toBe("roll");
    const story = withChannel().fleet("web", { wave: "eu", mode: "watch" }).fleet("api", { wave: "eu" });
    expect(moved(story).revoke("ami-1").fleetDecision("api").decision).toBe("roll");
  });

  test("a person's order begins none beside another", () => {
    expect(two().fleets("order", "api", "ami-2").fleetDecision("api")).toMatchObject({ for: "other-fleet" });
  });

  test("those that go back go one after another, unless their entries say at once", () => {
    const leaving = (rollback: "in window" | "at once") =>
      moved(withChannel().fleet("web", { wave: "eu", rollback }).fleet("api", { wave: "eu", rollback })).revoke(
        "ami-1",
      );
    expect(leaving("in window").fleetDecision("api").decision).toBe("wait");
    expect(leaving("at once").fleetDecision("api").decision).toBe("roll");
  });
});

describe("rule 17: a fleet that comes after another one", () => {
  const after = { fleet: "staging", healthyFor: "2d" };
  const both = (configuration: Parameters<Scene["fleet"]>[1] = {}) =>
    moved(
      withChannel()
        .fleet("staging")
        .fleet("web", { after, ...configuration }),
    );
  const arrived = (story: Scene, ago = 0) =>
    story
      .fleets("rollout", "staging", "ami-2", { ago: ago + hour, status: "succeeded" })
      .fleets("arrived", "staging", "ami-2", ago);
  const why = (story: Scene) => {
    const decision = story.fleetDecision("web");
    return "reasons" in decision ? decision.reasons.join() : "";
  };

  test("waits until that one runs the image", () => {
    expect(both().fleetDecision("web")).toMatchObject({
      for: "other-fleet",
      until: undefined,
      reasons: ["staging has not run ami-2 yet (after)"],
    });
  });

  test("waits until that one has been healthy for its time, and says until when", () => {
    const story = arrived(both(), day);
    expect(story.fleetDecision("web")).toMatchObject({
      until: story.world.now + day,
      reasons: ["staging must be healthy for its time (after)"],
    });
    expect(story.later(day).fleetDecision("web").decision).toBe("roll");
  });

  test("and has a window waits until the first opening after that time", () => {
    const story = arrived(both({ window }), day).at("2026-11-09T23:00:00Z");
    story.fleets("arrived", "staging", "ami-2");
    expect(story.fleetDecision("web")).toMatchObject({ for: "other-fleet", until: nextWindow + 7 * day });
  });

  test.each<[string, Partial<KnownFleet>]>([
    ["an alarm rings", { alarms: { ringing: ["errors"], changedAt: 0 } }],
    ["AWS finds something wrong with it", { issues: ["AccessDenied: no role"] }],
    ["its nodes are being replaced", { isChanging: true }],
  ])("waits while %s there", (_, changes) => {
    const story = arrived(both(), 3 * day).fleets("observe", "staging", changes);
    expect(why(story)).toContain("staging is not healthy");
  });

  test("waits while that one cannot be read, or its last update has failed", () => {
    expect(why(arrived(both(), 3 * day).fleets("unreadable", "staging", "throttled"))).toContain("throttled");
    const failed = arrived(both(), 3 * day).fleets("rollout", "staging", "ami-2", {
      status: "failed",
      detail: "PodEvictionFailure",
    });
    expect(why(failed)).toContain("its last update has not succeeded: PodEvictionFailure");
  });

  test.each([
    ["an alarm has last changed its state", { alarms: { ringing: [], changedAt: Date.parse("2026-11-04T00:00:00Z") } }],
    ["an instance was last replaced for its health", { replacedAt: Date.parse("2026-11-04T00:00:00Z") }],
  ])("counts the time from when %s", (_, changes) => {
    const story = arrived(both(), 3 * day).fleets("observe", "staging", changes);
    expect(story.fleetDecision("web")).toMatchObject({ until: Date.parse("2026-11-06T00:00:00Z") });
  });

  test("may get an image that the other one has left after it had run it, healthy, for its time", () => {
    const story = arrived(both(), 3 * day);
    story.image("ami-3").fleets("rollout", "staging", "ami-3", { ago: hour, status: "succeeded" });
    expect(story.fleetDecision("web").decision).toBe("roll");
  });

  test("does not get an image that the other one has left too early", () => {
    const story = arrived(both(), 3 * day);
    story.image("ami-3").fleets("rollout", "staging", "ami-3", { ago: 2 * day, status: "succeeded" });
    expect(why(story)).toBe("staging has left ami-2 before it was healthy for its time (after)");
  });

  test("does not get an image that no node of the other one runs any more", () => {
    expect(why(arrived(both(), 3 * day).fleets("observe", "staging", { nodes: [] }))).toContain(
      "does not run ami-2 on all",
    );
    expect(why(arrived(both(), 3 * day).fleets("runs", "staging", "ami-1", [1]))).toContain(
      "does not run ami-2 on all",
    );
  });

  test("does not wait for it if a person orders the rollout, or if it goes back", () => {
    expect(both().fleets("order", "web", "ami-2").fleetDecision("web").decision).toBe("roll");
    expect(both().revoke("ami-1").fleetDecision("web").decision).toBe("roll");
  });
});
