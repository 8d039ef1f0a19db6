import { describe, expect, test } from "vitest";
import type { Notification } from "../../../../functions/domain/notifications/due.ts";
import { day, hour, minute, type Scene, scene } from "../../../scene.ts";

const window = { days: ["Tue" as const], from: "22:00", to: "04:00", timeZone: "UTC" };

/** `ami-2` is in the channel, the fleet runs `ami-1`, and subscribers know all that. */
function behind(configuration: Parameters<Scene["fleet"]>[1] = {}): Scene {
  return scene().published("ami-1").fleet("web", configuration).notifyAll().image("ami-2").holds("ami-2");
}

/** The due notifications about fleets. */
function told(story: Scene): Notification[] {
  return story
    .actions()
    .flatMap((one) => (one.do === "announce" && "fleet" in one.notification ? [one.notification] : []));
}

describe("rule 17: subscribers hear", () => {
  test("that a rollout has begun, once", () => {
    const story = behind().fleets("rollout", "web", "ami-2");
    expect(told(story)).toMatchObject([
      { kind: "rollout-begun", fleet: "web", image: "ami-2", from: "ami-1", nodes: 3, back: undefined },
    ]);
    expect(told(story.notifyAll().later(hour))).toEqual([]);
  });

  test("why a fleet goes back", () => {
    const story = behind()
      .fleets("rollout", "web", "ami-2", { ago: day, status: "succeeded" })
      .revoke("ami-2")
      .notifyAll();
    story.holds("ami-1").fleets("rollout", "web", "ami-1");
    expect(story.notifications("rollout-begun")).toMatchObject([
      { image: "ami-1", from: "ami-2", back: "ami-2 is revoked: breaks networking" },
    ]);
  });

  test("that a rollout is done, with its nodes and minutes", () => {
    const story = behind().fleets("rollout", "web", "ami-2", { ago: 40 * minute, status: "succeeded" });
    expect(story.notifications("rollout-done")).toEqual([]);
    expect(story.fleets("arrived", "web", "ami-2").notifications("rollout-done")).toMatchObject([
      { fleet: "web", image: "ami-2", nodes: 3, minutes: 40 },
    ]);
  });

  test("that it is done also if the channel has moved on meanwhile", () => {
    const story = behind()
      .fleets("rollout", "web", "ami-2", { ago: hour, status: "succeeded" })
      .fleets("arrived", "web", "ami-2");
    expect(story.image("ami-3").holds("ami-3").notifications("rollout-done")).toMatchObject([{ image: "ami-2" }]);
  });

  test("what a rollout waits for and until when, once for each image", () => {
    const story = behind({ window });
    expect(told(story)).toMatchObject([
      {
        kind: "rollout-waits",
        image: "ami-2",
        waitsFor: ["outside the window Tue 22:00 to 04:00 UTC"],
        until: Date.parse("2026-11-10T22:00:00Z"),
      },
    ]);
    expect(told(story.notifyAll().later(day))).toEqual([]);
    expect(told(story.image("ami-3").holds("ami-3"))).toMatchObject([{ kind: "rollout-waits", image: "ami-3" }]);
  });

  test("not that a rollout waits for AWS", () => {
    expect(told(behind().fleets("unreadable", "web", "throttled"))).toEqual([]);
  });

  test("that a fleet is refused, with every reason, once for the same ones", () => {
    const story = behind().fleets("observe", "web", { obstacles: ["no template"] });
    expect(told(story)).toMatchObject([{ kind: "rollout-refused", why: ["no template"] }]);
    expect(told(story.notifyAll())).toEqual([]);
    expect(told(story.fleets("observe", "web", { obstacles: ["no hook"] }))).toMatchObject([{ why: ["no hook"] }]);
  });

  test("that somebody else has moved it", () => {
    const story = behind().fleets("rollout", "web", "ami-2", { ago: hour, status: "succeeded" }).notifyAll();
    story.fleets("take", "web", "ami-1", 9);
    expect(told(story)).toMatchObject([{ kind: "fleet-moved", why: [expect.stringContaining("version 9")] }]);
  });

  test("that a rollout is stuck, with AWS's words", () => {
    const story = behind().fleets("rollout", "web", "ami-2", { detail: "PodEvictionFailure" }).notifyAll();
    const since = story.world.now;
    expect(told(story.later(6 * hour))).toEqual([]);
    expect(told(story.later(1))).toMatchObject([
      { kind: "rollout-stuck", image: "ami-2", since, detail: "PodEvictionFailure" },
    ]);
  });

  test("that a rollout has failed, in AWS's words, and not that one began that AWS refused", () => {
    const story = (status: "failed" | "refused") =>
      behind().fleets("rollout", "web", "ami-2", { status, detail: "InvalidAmi" });
    expect(told(story("failed")).map(({ kind }) => kind)).toEqual(["rollout-begun", "rollout-failed"]);
    expect(told(story("refused"))).toMatchObject([{ kind: "rollout-failed", why: "AWS refused it: InvalidAmi" }]);
  });

  test.each(["watch", "roll"] as const)(
    "of a fleet on %s that uses a revoked image, and what is done about it",
    (mode) => {
      const story = behind({ mode, ...(mode === "roll" && { window }) })
        .notifyAll()
        .revoke("ami-1");
      expect(told(story)).toMatchObject([
        {
          kind: "fleet-revoked",
          uses: [{ image: "ami-1", why: "ami-1 is revoked: breaks networking" }],
          next:
            mode === "roll"
              ? ["outside the window Tue 22:00 to 04:00 UTC"]
              : [expect.stringContaining("first rollout")],
          isWatched: mode === "watch",
        },
      ]);
      expect(told(story.notifyAll())).toEqual([]);
    },
  );

  test("nothing of the rollouts of a fleet that is only watched", () => {
    expect(told(behind({ mode: "watch" }).fleets("observe", "web", { obstacles: ["no template"] }))).toEqual([]);
  });
});

describe("rule 17: a fleet that AWS does not show", () => {
  const lost = (configuration: Parameters<Scene["fleet"]>[1] = {}) =>
    behind(configuration).fleets("unreadable", "web", "No group found");

  test("is recorded, and so is that AWS shows it again", () => {
    const story = lost();
    expect(story.fleetActions("web")).toMatchObject([
      { do: "sight", sight: "lost", reasons: ["No group found"] },
      { do: "wait" },
    ]);
    expect(story.fleets("sight", "web", "lost").fleetActions("web")).toMatchObject([{ do: "wait" }]);
    const found = behind({ mode: "watch" }).fleets("sight", "web", "lost");
    expect(found.fleetActions("web")[0]).toMatchObject({ do: "sight", sight: "found" });
  });

  test.each(["watch", "roll"] as const)("for two hours is told once for each time, also with mode %s", (mode) => {
    const story = lost({ mode }).fleets("sight", "web", "lost");
    expect(told(story.later(2 * hour - 1))).toEqual([]);
    expect(told(story.later(1))).toMatchObject([{ kind: "fleet-unseen", fleet: "web", why: "No group found" }]);
    expect(told(story.notifyAll().later(day))).toEqual([]);
    story.fleets("sight", "web", "found").later(hour).fleets("sight", "web", "lost");
    expect(told(story.later(2 * hour))).toHaveLength(1);
  });

  test("is told of again each month while it lasts", () => {
    const story = lost()
      .fleets("sight", "web", "lost")
      .later(2 * hour);
    const [first] = told(story);
    expect(told(story.notifyAll().later(31 * day))).toMatchObject([
      { ...first, key: expect.any(String), at: story.world.now },
    ]);
    expect(told(story.notifyAll())).toEqual([]);
  });

  test("is not told of while records cannot be read, which say since when", () => {
    const story = lost();
    story.world.unreadable = "records: AccessDenied";
    expect(story.fleetActions("web")).toMatchObject([{ do: "wait" }]);
  });
});

describe("rule 17: a fleet that is behind", () => {
  test("for behindAfter is told, once, also if its channel moves on", () => {
    const story = behind({ mode: "watch", behindAfter: "14d" });
    expect(story.later(14 * day - hour - 1).notifications("fleet-behind")).toEqual([]);
    story.later(hour + 1);
    expect(story.notifications("fleet-behind")).toMatchObject([{ fleet: "web", image: "ami-2", nodes: 3 }]);
    story.notifyAll().image("ami-3").holds("ami-3");
    expect(story.later(day).notifications("fleet-behind")).toEqual([]);
  });

  test("since long before it was configured is told all the same", () => {
    const story = scene()
      .published("ami-1")
      .later(90 * day)
      .fleet("web", { mode: "watch" })
      .fleets("runs", "web", "ami-f");
    expect(story.notifications("fleet-behind")).toMatchObject([{ nodes: 3 }]);
  });

  test("on one node only is told, too", () => {
    const story = scene().published("ami-1").fleet("web", { mode: "watch" }).image("ami-2").holds("ami-2");
    story
      .fleets("take", "web", "ami-2")
      .fleets("runs", "web", "ami-1", [2])
      .later(20 * day);
    expect(story.notifications("fleet-behind")).toMatchObject([{ nodes: 1 }]);
  });
});
