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
    const key = `published/${core}/candidate/2-ami-2/${story.world.channels[core]?.candidate?.writtenAt}`;
    expect(story.world.notified.delete(key)).toBe(true);
    expect(story.notificationKeys()).toEqual([key]);
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
    const notified = [...story.world.notified];
    story.holds("ami-2", ["candidate"]).notified(notified);
    expect(version).toBe(2);
    expect(story.notificationKeys()).toEqual([]);
  });

  test("a channel that was deleted and made again is notified, although its versions count from 1 again", () => {
    const story = scene().published("ami-1");
    const notified = [...story.world.notified];
    story.deleteChannels().later(hour).holds("ami-1").notified(notified);
    expect(story.world.channels[core]?.stable?.version).toBe(1);
    expect(story.notifications("published")).toMatchObject([{ channel: "candidate" }, { channel: "stable" }]);
    expect(story.notifyAll().notifications("published")).toEqual([]);
  });

  test("a channel that was made again by two writes of the same image is notified", () => {
    const story = scene().published("ami-1");
    const notified = [...story.world.notified];
    story
      .deleteChannels(["stable"])
      .later(hour)
      .holds("ami-1", ["stable"])
      .holds("ami-1", ["stable"])
      .notified(notified);
    expect(story.world.channels[core]?.stable?.version).toBe(2);
    expect(story.notifications("published")).toMatchObject([{ channel: "stable" }]);
  });

  test("a rejection after the channel was deleted is notified, although the same image was rejected before", () => {
    const story = scene()
      .image("ami-1")
      .wrote("ami-1", "stable", 6 * minute)
      .notifyAll();
    story
      .holds("ami-1")
      .deleteChannels()
      .later(hour)
      .wrote("ami-1", "stable", 6 * minute);
    expect(story.notifications("write-rejected")).toMatchObject([{ channel: "stable", holds: undefined }]);
  });

  test("a channel that a person deleted before subscribers heard of its image was not rejected", () => {
    const story = scene().image("ami-1").holds("ami-1").notified([]).deleteChannels().later(hour);
    expect(story.notifications("write-rejected")).toEqual([]);
    expect(story.publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });

  test("what a channel holds is recorded once for each write, before the next write", () => {
    const story = scene().published("ami-1").image("ami-2").wrote("ami-2", "candidate");
    story.holds("ami-2", ["candidate"]).change("ami-2", { held: {} }).image("ami-3", { createdAt: story.world.now });
    const actions = story.actions().filter((one) => one.do === "confirm" || one.do === "publish");
    expect(actions).toMatchObject([
      { do: "confirm", channel: "candidate", image: "ami-2" },
      { do: "publish", channel: "candidate", image: "ami-3" },
    ]);
    // S3 counts whole seconds.
    const writtenAt = story.world.channels[core]?.candidate?.writtenAt ?? 0;
    story.change("ami-2", { held: { candidate: Math.floor(writtenAt / 1000) * 1000 } });
    expect(story.actions().filter((one) => one.do === "confirm")).toEqual([]);
    story.changeChannels({ version: 3, writtenAt: writtenAt + minute }, ["candidate"]);
    expect(story.actions()).toContainEqual(expect.objectContaining({ do: "confirm", image: "ami-2" }));
  });

  test("an image that only a person has written to the channel is not recorded as held", () => {
    const story = scene().published("ami-1").image("ami-2");
    story.changeChannels({ image: "ami-2", version: 3, writtenAt: story.world.now }, ["stable"]);
    expect(story.actions().filter((one) => one.do === "confirm")).toEqual([]);
  });
});
