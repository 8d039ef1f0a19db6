import { describe, expect, test } from "vitest";
import { day, hour, minute, type Scene, scene } from "../../../scene.ts";

const window = { days: ["Tue" as const], from: "22:00", to: "04:00", timeZone: "UTC" };
const why = "ami-2 is revoked: breaks networking";

/** The fleet runs `ami-2` when that is revoked, and the channel has gone back to `ami-1`. */
function revoked(configuration: Parameters<Scene["fleet"]>[1] = {}): Scene {
  const story = scene().published("ami-1").fleet("web", configuration).image("ami-2").holds("ami-2");
  story
    .fleets("rollout", "web", "ami-2", { ago: 12 * hour, status: "succeeded" })
    .fleets("arrived", "web", "ami-2", hour);
  return story.revoke("ami-2").holds("ami-1");
}

/** The same, in the middle of the rollout of `ami-2`. */
function revokedMeanwhile(configuration: Parameters<Scene["fleet"]>[1] = {}): Scene {
  const story = scene().published("ami-1").fleet("web", configuration).image("ami-2").holds("ami-2");
  return story
    .fleets("rollout", "web", "ami-2", { ago: 15 * minute })
    .revoke("ami-2")
    .holds("ami-1");
}

describe("rule 17: a fleet that runs a revoked image", () => {
  test("goes back to what its channel holds, with the revocation as the reason", () => {
    expect(revoked().fleetActions("web")).toMatchObject([
      { do: "roll", image: "ami-1", from: "ami-2", reasons: [why] },
    ]);
  });

  test("goes back in its window, unless its entry says at once", () => {
    expect(revoked({ window }).fleetDecision("web")).toMatchObject({
      decision: "wait",
      for: "time",
      until: Date.parse("2026-11-10T22:00:00Z"),
      back: why,
    });
    expect(revoked({ window, rollback: "at once" }).fleetDecision("web").decision).toBe("roll");
  });

  test("goes back out of its window if a person orders that", () => {
    expect(revoked({ window }).fleets("order", "web", "ami-1").fleetDecision("web").decision).toBe("roll");
  });

  test("keeps blackouts like a closed window", () => {
    const blackouts = [{ from: "2026-11-01", to: "2026-11-30", reason: "the sale" }];
    expect(revoked({ blackouts }).fleetDecision("web")).toMatchObject({
      reasons: ["blackout until 2026-11-30: the sale"],
    });
    expect(revoked({ blackouts, rollback: "at once" }).fleetDecision("web").decision).toBe("roll");
  });

  test("stays until its channel holds another image", () => {
    const story = revoked({ rollback: "at once" }).holds("ami-2");
    expect(story.fleetDecision("web")).toMatchObject({ decision: "wait", for: "image" });
  });

  test("leaves it for a newer one if its channel has that", () => {
    const story = revoked({ window, rollback: "at once" }).image("ami-3").holds("ami-3");
    expect(story.fleetActions("web")).toMatchObject([{ do: "roll", image: "ami-3", reasons: [why] }]);
  });

  test("on one node only leaves it there, too", () => {
    const story = scene().published("ami-1").fleet("web").image("ami-2").revoke("ami-2");
    expect(story.fleets("runs", "web", "ami-2", [1]).fleetDecision("web")).toMatchObject({
      decision: "roll",
      back: why,
    });
  });

  test("that is only watched is not written", () => {
    expect(revoked({ mode: "watch", rollback: "at once" }).fleetActions("web")).toMatchObject([{ do: "wait" }]);
  });
});

test("rule 17: a fleet goes back with its channel also if nothing is revoked", () => {
  const story = scene().published("ami-1").fleet("web", { window, rollback: "at once" }).image("ami-2").holds("ami-2");
  story.fleets("rollout", "web", "ami-2", { ago: day, status: "succeeded" }).change("ami-2", { state: "disabled" });
  expect(story.holds("ami-1").fleetDecision("web")).toMatchObject({
    decision: "roll",
    reasons: ["the channel has gone back from ami-2"],
  });
});

test("rule 17: a fleet that leaves AWS's newer image goes forward", () => {
  const story = scene().published("ami-1").fleet("web", { window, rollback: "at once" });
  story.fleets("observe", "web", {
    starts: { id: "ami-f", name: "Windows_Server-2022-English-Core-Base-2026.11.03", createdAt: story.world.now },
  });
  expect(story.fleets("release", "web").fleetDecision("web")).toMatchObject({ for: "time", back: undefined });
});

describe("rule 17: if an image is revoked while its rollout runs", () => {
  test("a node group waits for the end, because its update cannot be cancelled, and is shown as using the image", () => {
    const story = revokedMeanwhile({ rollback: "at once" });
    expect(story.fleetDecision("web")).toMatchObject({
      decision: "running",
      reasons: [
        "nodes are being replaced",
        why,
        "an update of a node group cannot be cancelled, so going back waits for its end",
      ],
    });
    expect(story.notifications("fleet-revoked")).toMatchObject([{ fleet: "web", uses: [{ image: "ami-2", why }] }]);
  });

  test.each(["succeeded", "failed"] as const)("a node group goes back once its update has %s", (status) => {
    const story = revokedMeanwhile({ window, rollback: "at once" });
    story.fleets("ends", "web", status).fleets("take", "web", "ami-2", 3);
    expect(story.fleetActions("web").at(-1)).toMatchObject({ do: "roll", image: "ami-1" });
  });

  test("an instance refresh is cancelled at once, whatever the window says", () => {
    const story = revokedMeanwhile({ kind: "auto-scaling-group", window });
    expect(story.fleetActions("web")).toMatchObject([{ do: "cancel", update: "u-3-0", reasons: [why] }]);
  });

  test("an instance refresh is cancelled also if the channel has nothing else", () => {
    const story = revokedMeanwhile({ kind: "auto-scaling-group" }).holds("ami-2");
    expect(story.fleetDecision("web").decision).toBe("cancel");
  });

  test("a refresh of somebody else, or of a fleet that is held or watched, is not cancelled", () => {
    const scaling = { kind: "auto-scaling-group" as const };
    const refresh = { id: "r-9", status: "running" as const, version: 9, detail: undefined };
    const foreign = revoked(scaling);
    foreign.fleets("observe", "web", { updates: [{ ...refresh, startedAt: foreign.world.now }], isChanging: true });
    expect(foreign.fleetDecision("web").decision).toBe("running");
    expect(revokedMeanwhile(scaling).fleets("hold", "web").fleetDecision("web").decision).toBe("running");
    expect(revokedMeanwhile({ ...scaling, mode: "watch" }).fleetActions("web")).toMatchObject([{ do: "wait" }]);
  });

  test("and its refresh is cancelled, the group goes back in its window", () => {
    const story = revokedMeanwhile({ kind: "auto-scaling-group", window });
    story.fleets("ends", "web", "cancelled").fleets("runs", "web", "ami-2", [1]);
    expect(story.fleetDecision("web")).toMatchObject({ decision: "wait", for: "time", back: why });
    expect(story.at("2026-11-10T22:00:00Z").fleetDecision("web").decision).toBe("roll");
  });
});
