import { describe, expect, test } from "vitest";
import { core, day, hour, minute, scene } from "../../../scene.ts";

describe("a write to a channel counts when a later look reads it back", () => {
  const written = (ago: number) => scene().published("ami-1").image("ami-2").wrote("ami-2", "candidate", ago);

  test("until then it is neither announced nor made again, for five minutes", () => {
    const story = written(0);
    expect(story.publications()).toEqual({});
    expect(story.waiting("candidate")).toMatchObject({
      reasons: ["ami-2 was written at 2026-11-04T12:00:00.000Z, not read back yet"],
      until: Date.parse("2026-11-04T12:05:00Z"),
    });
    expect(story.notifications("published")).toEqual([]);
    expect(story.later(5 * minute - 1).publications()).toEqual({});
  });

  test("after that it was rejected: told once, and written again by the same plan, never announced as published", () => {
    const story = written(5 * minute);
    expect(story.notifications("write-rejected")).toMatchObject([
      { channel: "candidate", image: "ami-2", holds: "ami-1" },
    ]);
    expect(story.publications()).toEqual({ candidate: "ami-2" });
    expect(story.notifications("published")).toEqual([]);
    story
      .notifyAll()
      .wrote("ami-2", "candidate")
      .later(6 * minute);
    expect(story.notifications("write-rejected")).toEqual([]);
    expect(story.publications()).toEqual({ candidate: "ami-2" });
  });

  test("another channel is told of its own rejection", () => {
    const story = written(6 * minute)
      .notifyAll()
      .later(2 * day)
      .holds("ami-2", ["candidate"])
      .wrote("ami-2", "stable", 6 * minute);
    expect(story.notifications("write-rejected")).toMatchObject([{ channel: "stable" }]);
  });

  test("once read back it is announced", () => {
    const story = written(0).holds("ami-2", ["candidate"]);
    story.world.notified.delete(`published/${core}/candidate/2-ami-2`);
    expect(story.notificationKeys()).toEqual([`published/${core}/candidate/2-ami-2`]);
  });

  test("while a write is under way nothing else is written: the older would be the last to arrive", () => {
    const story = written(1 * minute).image("ami-3", { createdAt: Date.parse("2026-11-04T11:00:00Z") });
    expect(story.publications()).toEqual({});
    expect(story.holds("ami-2", ["candidate"]).publications()).toEqual({ candidate: "ami-3" });
  });

  test("a write that was read back and has since been taken back was not rejected", () => {
    const story = scene()
      .published("ami-1")
      .image("ami-2")
      .holds("ami-2", ["candidate"])
      .revoke("ami-2")
      .later(1 * minute);
    expect(story.publications()).toEqual({ candidate: "ami-1" });
    expect(story.notifications("write-rejected")).toEqual([]);
  });

  test("a write that was read back and overwritten by somebody else since was not rejected either, and is made again at once", () => {
    const story = scene().published("ami-1").image("ami-2").wrote("ami-2", "candidate", minute);
    story.changeChannels({ version: 3, writtenAt: story.world.now }, ["candidate"]);
    expect(story.publications()).toEqual({ candidate: "ami-2" });
    expect(story.later(hour).notifications("write-rejected")).toEqual([]);
  });

  test("an image that cannot be published any more is not missed", () => {
    const story = written(hour).change("ami-2", { state: "disabled" });
    expect(story.notifications("write-rejected")).toEqual([]);
  });

  test("a first image that was rejected is written again", () => {
    const story = scene()
      .image("ami-1")
      .wrote("ami-1", "candidate", 5 * minute)
      .wrote("ami-1", "stable", 5 * minute);
    expect(story.publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
    expect(story.notifications("write-rejected")).toHaveLength(2);
  });

  test("a channel whose parameter somebody has deleted is written again, and that is no rejection", () => {
    const story = scene().published("ami-1").deleteChannels();
    expect(story.publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
    expect(story.notifications("write-rejected")).toEqual([]);
  });

  test("a tag that becomes visible late makes the same image be written twice, never another one, and announced once", () => {
    const story = scene().published("ami-1").image("ami-2").holds("ami-2", ["candidate"]);
    const version = story.world.channels[core]?.candidate?.version;
    story.holds("ami-2", ["candidate"]);
    story.world.notified.delete(`published/${core}/candidate/3-ami-2`);
    expect(version).toBe(2);
    expect(story.notificationKeys()).toEqual([]);
  });
});
