import { describe, expect, test } from "vitest";
import { core, day, hour, minute, scene } from "../../../scene.ts";

describe("a write to a channel counts once a later reconcile run reads it back", () => {
  const written = (ago: number) => scene().published("ami-1").image("ami-2").wrote("ami-2", "candidate", ago);

  test("a fresh write is neither notified nor repeated for five minutes", () => {
    const story = written(0);
    expect(story.publications()).toEqual({});
    expect(story.waiting("candidate")).toMatchObject({
      reasons: ["ami-2 was written at 2026-11-04T12:00:00.000Z, not read back yet"],
      until: Date.parse("2026-11-04T12:05:00Z"),
    });
    expect(story.notifications("published")).toEqual([]);
    expect(story.later(5 * minute - 1).publications()).toEqual({});
  });

  test("a rejected write is notified once as rejected, never as published, and repeated", () => {
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

  test("another channel's rejection has its own notification", () => {
    const story = written(6 * minute)
      .notifyAll()
      .later(2 * day)
      .holds("ami-2", ["candidate"])
      .wrote("ami-2", "stable", 6 * minute);
    expect(story.notifications("write-rejected")).toMatchObject([{ channel: "stable" }]);
  });

  test("a write that was read back is notified as published", () => {
    const story = written(0).holds("ami-2", ["candidate"]);
    story.world.notified.delete(`published/${core}/candidate/2-ami-2`);
    expect(story.notificationKeys()).toEqual([`published/${core}/candidate/2-ami-2`]);
  });

  test("no other image is written while a write is under way, because the older write could arrive last", () => {
    const story = written(1 * minute).image("ami-3", { createdAt: Date.parse("2026-11-04T11:00:00Z") });
    expect(story.publications()).toEqual({});
    expect(story.holds("ami-2", ["candidate"]).publications()).toEqual({ candidate: "ami-3" });
  });

  test("a write that was read back and later rolled back was not rejected", () => {
    const story = scene()
      .published("ami-1")
      .image("ami-2")
      .holds("ami-2", ["candidate"])
      .revoke("ami-2")
      .later(1 * minute);
    expect(story.publications()).toEqual({ candidate: "ami-1" });
    expect(story.notifications("write-rejected")).toEqual([]);
  });

  test("a write that was read back and then overwritten by a person is repeated at once and was not rejected", () => {
    const story = scene().published("ami-1").image("ami-2").wrote("ami-2", "candidate", minute);
    story.changeChannels({ version: 3, writtenAt: story.world.now }, ["candidate"]);
    expect(story.publications()).toEqual({ candidate: "ami-2" });
    expect(story.later(hour).notifications("write-rejected")).toEqual([]);
  });

  test("a rejected write of an image that is no longer publishable is not notified", () => {
    const story = written(hour).change("ami-2", { state: "disabled" });
    expect(story.notifications("write-rejected")).toEqual([]);
  });

  test("a rejected first image is written again", () => {
    const story = scene()
      .image("ami-1")
      .wrote("ami-1", "candidate", 5 * minute)
      .wrote("ami-1", "stable", 5 * minute);
    expect(story.publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
    expect(story.notifications("write-rejected")).toHaveLength(2);
  });

  test("a channel whose parameter a person deleted is written again, and that is no rejection", () => {
    const story = scene().published("ami-1").deleteChannels();
    expect(story.publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
    expect(story.notifications("write-rejected")).toEqual([]);
  });

  test("a tag that becomes visible late repeats the write of the same image and its notification is sent once", () => {
    const story = scene().published("ami-1").image("ami-2").holds("ami-2", ["candidate"]);
    const version = story.world.channels[core]?.candidate?.version;
    story.holds("ami-2", ["candidate"]);
    story.world.notified.delete(`published/${core}/candidate/3-ami-2`);
    expect(version).toBe(2);
    expect(story.notificationKeys()).toEqual([]);
  });
});
