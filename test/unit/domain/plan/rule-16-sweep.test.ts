import { describe, expect, test } from "vitest";
import { countLeftovers } from "../../../../functions/domain/building/sweep.ts";
import { indexWorld } from "../../../../functions/domain/indexed-world.ts";
import { type LeftoverType, suspects } from "../../../../functions/domain/leftovers.ts";
import { imageName } from "../../../../functions/domain/packer-variables.ts";
import { plan } from "../../../../functions/domain/plan.ts";
import { retirementCandidates } from "../../../../functions/domain/publishing/retention.ts";
import { countUnfinished } from "../../../../functions/domain/publishing/unfinished-images.ts";
import { core, day, hour, minute, type Scene, scene } from "../../../scene.ts";

const token = "f".repeat(64);
const uuid = "6f1c0a2e-0000-4000-8000-000000000000";
const key = { type: "key-pair", id: "key-1", state: undefined, mark: `packer_${uuid}` } as const;
const group = {
  type: "security-group",
  id: "sg-1",
  state: undefined,
  createdAt: undefined,
  mark: `packer_${uuid}`,
} as const;
const volume = { type: "volume", id: "vol-1", state: "available", mark: undefined } as const;
const snapshot = {
  type: "snapshot",
  id: "snap-1",
  state: "completed",
  mark: "Created by CreateImage(i-1) for ami-2",
} as const;

function sweptIn(story: Scene): string[] {
  return story.actions().flatMap((action) => (action.do === "sweep" ? [action.resource] : []));
}

function waitingIn(story: Scene): string[] {
  return story.actions().flatMap((action) => (action.do === "wait" && action.for === "sweep" ? action.reasons : []));
}

describe("rule 16: what a killed build left behind", () => {
  test("is removed once its build has ended for half an hour", () => {
    const story = scene()
      .build({ token, status: "stopped", endedAt: Date.parse("2026-11-04T12:00:00Z") })
      .left({ id: "i-1", createdAt: Date.parse("2026-11-04T12:00:00Z") });
    expect(sweptIn(story.later(30 * minute - 1))).toEqual([]);
    expect(sweptIn(story.later(1))).toEqual(["i-1"]);
    expect(story.actions()).toContainEqual(
      expect.objectContaining({
        do: "sweep",
        type: "instance",
        token,
        reasons: [expect.stringContaining("is left behind")],
      }),
    );
  });

  test("stays while a build with its token runs, also if a person has started that once more", () => {
    const story = scene().left();
    story.build({ token, status: "failed", startedAt: story.world.now - day, endedAt: story.world.now - day });
    expect(sweptIn(story)).toHaveLength(1);
    expect(sweptIn(story.build({ token }))).toEqual([]);
  });

  test("stays if CodeBuild has forgotten its build, and is reported once it is half an hour old", () => {
    const story = scene().build({ token: "other" });
    for (const left of [{ id: "i-1" }, key, group, volume, snapshot])
      story.left({ createdAt: story.world.now, ...left, token: "a".repeat(64) });
    expect(countLeftovers(indexWorld(story.world))).toBe(1);
    expect(sweptIn(story.later(90 * day))).toEqual([]);
    expect(waitingIn(story)).toHaveLength(5);
    for (const reason of waitingIn(story)) expect(reason).toContain("CodeBuild's history has no build aaaaaaaaaaaa");
    expect(countLeftovers(indexWorld(story.world))).toBe(5);
  });

  test("stays if it was not made while its build ran: a running build's instance with an old token is spared", () => {
    const story = scene().left({ id: "i-1" });
    expect(sweptIn(story)).toEqual(["i-1"]);
    const since = story.world.now - day;
    const swept = (createdAt: number | undefined) =>
      sweptIn(
        scene()
          .left({ id: "i-1", createdAt })
          .left({ ...key, createdAt })
          .left({ ...volume, createdAt }),
      );
    expect(swept(since + minute)).toEqual(["i-1"]);
    for (const createdAt of [since - minute - 1, since + minute + 1, since + 12 * hour, undefined])
      expect(swept(createdAt)).toEqual([]);
    const retagged = scene()
      .build({ token: "runs" })
      .left({ createdAt: since + hour });
    expect(waitingIn(retagged)).toEqual([expect.stringMatching(/it was made at .*, when no build ffffffffffff ran/)]);
    expect(countLeftovers(indexWorld(retagged.world))).toBe(1);
  });

  test("goes if it is a group of a known build, because EC2 does not tell when a group was made", () => {
    expect(sweptIn(scene().left(group))).toEqual(["sg-1"]);
  });

  test("stays while its variant or everything is paused", () => {
    const story = scene().left({ id: "i-1" }).pause("*");
    expect(sweptIn(story)).toEqual([]);
    expect(waitingIn(story)).toEqual([expect.stringMatching(/^instance i-1 is left behind: .*everything is paused/)]);
    expect(sweptIn(story.resume("*"))).toEqual(["i-1"]);
  });

  test("goes in two runs: the instance first, then what it holds", () => {
    const story = scene()
      .left({ id: "i-1" })
      .left(key)
      .left(group)
      .left({ ...volume, state: "in-use" });
    expect(sweptIn(story)).toEqual(["i-1"]);
    expect(waitingIn(story)).toEqual(
      ["key-pair key-1", "security-group sg-1", "volume vol-1"].map((one) =>
        expect.stringMatching(new RegExp(`^${one} is left behind: .*; it goes once i-1 is terminated$`)),
      ),
    );
    const later = scene().left(key).left(group).left(volume);
    expect(sweptIn(later)).toEqual(["key-1", "sg-1", "vol-1"]);
  });

  test.each([
    ["an instance that is being terminated", { state: "shutting-down" }],
    ["a volume that is attached", { ...volume, state: "in-use" }],
  ])("waits if it is %s, and counts all the same", (_, left) => {
    const story = scene().left(left);
    expect(sweptIn(story)).toEqual([]);
    expect(countLeftovers(indexWorld(story.world))).toBe(1);
  });

  test.each([
    ["an instance with another profile", { mark: "admin" }],
    ["an instance without a profile", { mark: undefined }],
    ["a key pair with another name", { ...key, mark: "packer_of_mine" }],
    ["a group with another name", { ...group, mark: "web" }],
    ["a snapshot that was made for no image", { ...snapshot, mark: "nightly backup" }],
  ])("is left alone but counts if it is %s, because anybody can set tags", (_, left) => {
    const story = scene().left(left);
    expect(sweptIn(story)).toEqual([]);
    expect(waitingIn(story)).toEqual([expect.stringContaining("has our tags, but")]);
    expect(countLeftovers(indexWorld(story.world))).toBe(1);
  });

  test("is only reported if the policy says so", () => {
    const story = scene({ policies: { sweep: "report" } }).left();
    expect(sweptIn(story)).toEqual([]);
    expect(waitingIn(story)).toEqual([expect.stringContaining('policies.sweep is "report"')]);
    expect(countLeftovers(indexWorld(story.world))).toBe(1);
  });

  test("goes even if its variant was removed", () => {
    const story = scene().left({ id: "i-1", variant: "windows-2019-core-1.30" });
    expect(plan(story.world)).toContainEqual(expect.objectContaining({ do: "sweep", resource: "i-1" }));
  });

  test("stays a day if it is a snapshot, and for ever while an image refers to it", () => {
    const story = scene().build({ token, status: "stopped", endedAt: Date.parse("2026-11-04T12:00:00Z") });
    story.left({ ...snapshot, createdAt: story.world.now });
    expect(sweptIn(story.later(day - 1))).toEqual([]);
    expect(sweptIn(story.later(1))).toEqual(["snap-1"]);
    const used = scene().left({ ...snapshot, images: ["ami-9"] });
    expect(sweptIn(used.later(90 * day))).toEqual([]);
    expect(countLeftovers(indexWorld(used.world))).toBe(0);
  });

  test("stays and counts if it is a snapshot of a good image: a person may have deregistered that by accident", () => {
    const story = scene();
    const then = story.world.now - 2 * day;
    story.build({ token, status: "succeeded", startedAt: then, endedAt: then }).left({ ...snapshot, createdAt: then });
    expect(sweptIn(story)).toEqual([]);
    expect(waitingIn(story)).toEqual([expect.stringContaining("it belonged to ami-2, which is gone")]);
    expect(countLeftovers(indexWorld(story.world))).toBe(1);
  });

  test("stays if it is a snapshot of an image that was proved after its build had failed", () => {
    const story = scene().left(snapshot);
    expect(sweptIn(story)).toEqual(["snap-1"]);
    story.build({ purpose: "prove", image: "ami-2", status: "succeeded", endedAt: story.world.now });
    expect(sweptIn(story)).toEqual([]);
  });
});

describe("EC2 is asked about", () => {
  const tagged = (type: LeftoverType, of: string) => ({ type, id: `${type} of ${of}`, variant: core, token: of });

  test("nothing while every build runs or its snapshots have their image", () => {
    const story = scene().image("ami-1", { token: "made" }).build({ token: "runs" });
    expect(suspects([tagged("instance", "runs"), tagged("snapshot", "made")], story.world)).toEqual([]);
  });

  test("what may be left behind: builds that ended or are unknown, snapshots without their image", () => {
    const story = scene().image("ami-1", { token: "made" });
    story.build({ token: "ended", status: "failed", endedAt: story.world.now - 30 * minute });
    const left = [tagged("volume", "ended"), tagged("instance", "unknown"), tagged("snapshot", "unknown")];
    expect(suspects([...left, tagged("snapshot", "ended")], story.world)).toEqual(left);
  });
});

describe("rule 16: an image without inputs", () => {
  function unfinished(changes: Parameters<Scene["build"]>[0] = {}): Scene {
    const story = scene();
    story.build({ token, status: "failed", endedAt: story.world.now, ...changes });
    const name = imageName(story.world.stage, core, token);
    story.image("ami-9", { name, token, createdAt: story.world.now, proof: undefined, provedAt: undefined });
    story.change("ami-9", { inputs: {}, origin: undefined, made: false });
    story.world.references = { "ami-9": { state: "unused" } };
    return story;
  }
  const fateIn = (story: Scene) => story.retention()[0];

  test("is deregistered a day after its build, and its use is asked for before", () => {
    const story = unfinished({ endedAt: Date.parse("2026-11-04T13:00:00Z") });
    expect(fateIn(story.later(25 * hour - 1))?.decision).toBe("keep");
    expect(countUnfinished(indexWorld(story.world))).toBe(0);
    expect(fateIn(story.later(1))?.decision).toBe("deregister");
    expect(retirementCandidates(story.world)).toEqual(["ami-9"]);
    expect(countUnfinished(indexWorld(story.world))).toBe(1);
  });

  test("is deregistered even if its variant was removed", () => {
    const story = unfinished();
    const removed = "windows-2019-core-1.30";
    story.change("ami-9", { variant: removed, name: imageName(story.world.stage, removed, token) }).later(2 * day);
    expect(story.actions(removed)).toEqual([expect.objectContaining({ do: "deregister", image: "ami-9" })]);
  });

  test.each<[string, Parameters<Scene["build"]>[0]]>([
    ["its build succeeded", { status: "succeeded" }],
    ["CodeBuild knows no build of its token", { token: "a".repeat(64) }],
    ["its build had ended before it was made", { startedAt: 0, endedAt: 0 }],
  ])("stays and does not count if %s: anybody can empty the tags of a good image", (_, made) => {
    const story = unfinished(made).later(2 * day);
    expect(fateIn(story)).toMatchObject({
      decision: "keep",
      reasons: [expect.stringContaining("no failed build of its name")],
    });
    expect(countUnfinished(indexWorld(story.world))).toBe(0);
  });

  test.each<[string, (story: Scene) => unknown]>([
    [
      "a proof of it passed after its build had failed",
      (story) => story.build({ purpose: "prove", image: "ami-9", status: "succeeded", endedAt: story.world.now }),
    ],
    ["a record names it, so it had inputs once", (story) => story.change("ami-9", { origin: "build" })],
    ["its build runs", (story) => story.build({ token })],
    ["its name is another one", (story) => story.change("ami-9", { name: "golden" })],
    ["a channel holds it", (story) => story.holdsForeign("ami-9")],
    [
      "something uses it",
      ({ world }) => Object.assign(world.references, { "ami-9": { state: "used", by: ["instance/i-1"] } }),
    ],
    ["its use is unknown", ({ world }) => Object.assign(world, { references: {} })],
    [
      "it has some inputs: an older version of the service finished it",
      (story) => story.change("ami-9", { inputs: { baseAmi: "ami-1" }, createdAt: story.world.now }),
    ],
    ["the policy only reports", ({ world }) => Object.assign(world.configuration.policies, { sweep: "report" })],
  ])("stays if %s", (_, happens) => {
    const story = unfinished().later(2 * day);
    happens(story);
    expect(fateIn(story)?.decision).toBe("keep");
  });
});
