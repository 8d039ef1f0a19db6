import { describe, expect, test } from "vitest";
import { day, full, hour, minute, type Scene, scene, two } from "../../../scene.ts";

describe("rule 3: a channel does not go back to an older image, unless what it holds is bad", () => {
  test("a channel does not go back to an older image", () => {
    const story = scene().image("ami-1", { createdAt: 1 });
    expect(story.holdsForeign("ami-theirs").publications()).toEqual({});
    expect(story.image("ami-2").holds("ami-2").publications()).toEqual({});
  });

  test.each([
    ["revoked", (story: Scene) => story.change("ami-2", { revoked: { reason: "bad", by: undefined, at: undefined } })],
    ["disabled", (story: Scene) => story.change("ami-2", { state: "disabled" })],
    ["gone", (story: Scene) => story.deregister("ami-2")],
  ])("unless what it holds is %s", (_, spoil) => {
    const story = scene().image("ami-1", { createdAt: 1, provedAt: 1 }).image("ami-2").holds("ami-2");
    expect(spoil(story).publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });

  test("an image as old as the one that a channel holds does not replace it", () => {
    const createdAt = Date.parse("2026-11-03T12:00:00Z");
    const story = scene().image("ami-1", { createdAt }).holds("ami-1").image("ami-2", { createdAt });
    expect(story.publications()).toEqual({});
  });

  test.each([
    ["revoked", { revoked: { reason: "bad", by: undefined, at: undefined } }],
    ["disabled", { state: "disabled" }],
  ])("a channel left with nothing but a %s image keeps its value and is reported", (_, changes) => {
    const story = scene().image("ami-1", changes).holds("ami-1");
    expect(story.publications()).toEqual({});
    expect(story.notifications("stranded")).toMatchObject([
      { channel: "candidate", image: "ami-1" },
      { channel: "stable", image: "ami-1" },
    ]);
    expect(story.actions()).toContainEqual(
      expect.objectContaining({
        do: "wait",
        for: "stable",
        reasons: expect.arrayContaining(["no other image can be published"]),
      }),
    );
  });

  test("nothing is written while nobody can tell what the channel holds", () => {
    const story = scene().published("ami-1").image("ami-2");
    story.changeChannels({ holds: { status: "unknown", why: "throttled" } });
    expect(story.publications()).toEqual({});
  });

  test("nothing is written while one call lists what the channel holds and the other does not", () => {
    const story = scene().image("ami-1", { createdAt: 1, provedAt: 1 }).image("ami-2").holds("ami-2");
    story.change("ami-2", { proof: undefined }).changeChannels({ holds: { status: "gone" } });
    expect(story.publications()).toEqual({});
  });

  test("an image of somebody else's is replaced by a newer one of ours only", () => {
    const story = scene().published("ami-1").holdsForeign("ami-theirs");
    expect(story.publications()).toEqual({});
    expect(story.later(day).image("ami-2").publications()).toEqual({ candidate: "ami-2" });
  });

  test("a revoked image leaves another variant's channel, too", () => {
    const story = scene(two).published("ami-1").published("ami-9", {}, full);
    story.changeChannels({ image: "ami-9" });
    expect(story.publications()).toEqual({});
    expect(story.revoke("ami-9").publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
    expect(story.notificationKeys()).not.toContainEqual(expect.stringMatching(/^stranded/));
    expect(story.notifications("stranded", full)).toHaveLength(2);
  });

  test("a rollback whose write is rejected twice goes to the next good image, and on to the newest once the channel is good", () => {
    const story = scene()
      .image("ami-1", { createdAt: 1, provedAt: 1 })
      .image("ami-2", { createdAt: 2, provedAt: 2 })
      .image("ami-3", { createdAt: 3, provedAt: 3 })
      .holds("ami-3")
      .revoke("ami-3")
      .wrote("ami-2", "stable", 6 * minute);
    expect(story.publications()).toEqual({ candidate: "ami-2", stable: "ami-2" });
    story.notifyAll().later(6 * minute);
    expect(story.publications()).toEqual({ candidate: "ami-2", stable: "ami-1" });
    expect(story.holds("ami-1", ["stable"]).publications()).toEqual({ candidate: "ami-2", stable: "ami-2" });
  });

  test("where only one image is left, it is written again and again", () => {
    const story = scene().published("ami-1").image("ami-2", { provedAt: 1 }).holds("ami-2").revoke("ami-2");
    story
      .wrote("ami-1", "stable", 6 * minute)
      .notifyAll()
      .later(6 * minute);
    expect(story.publications()).toMatchObject({ stable: "ami-1" });
  });

  test("a channel that has not left a revoked image a quarter of an hour after the first look at that is reported, whatever is planned", () => {
    const story = scene().published("ami-1").image("ami-2", { provedAt: 1 }).holds("ami-2").revoke("ami-2");
    const unseen = story.later(hour).notifications("stranded");
    story.change("ami-2", { withdrawnAt: story.world.now });
    expect([...unseen, ...story.later(14 * minute).notifications("stranded")]).toEqual([]);
    expect(story.later(minute).notifications("stranded")).toMatchObject([
      { channel: "candidate", waitsFor: ["ami-1 should replace it, and the channel has not taken it"] },
      { channel: "stable" },
    ]);
    story.changeChannels({ holds: { status: "unknown", why: "throttled" } });
    expect(story.notifications("stranded")[0]).toMatchObject({
      waitsFor: ["the state of the channel's image is uncertain: throttled"],
    });
  });

  test("a later rejection of the same image, over another one, is told again", () => {
    const story = scene().published("ami-1").image("ami-2").wrote("ami-2", "candidate", hour).notifyAll();
    expect(story.notifications("write-rejected")).toEqual([]);
    story.holds("ami-2", ["candidate"]).image("ami-3").holds("ami-3", ["candidate"]).revoke("ami-3");
    expect(story.wrote("ami-2", "candidate", hour / 2).notifications("write-rejected")).toMatchObject([
      { image: "ami-2" },
    ]);
  });

  test("where nothing else is left, what retention has disabled is named with how to bring it back", () => {
    const story = scene().published("ami-1").image("ami-2", { provedAt: 1 }).holds("ami-2").revoke("ami-2");
    story.change("ami-1", { state: "disabled", retiredAt: story.world.now - day });
    expect(story.notifications("stranded")[0]?.waitsFor).toEqual([
      "no other image can be published",
      "ami-1, which retention has disabled, can: aws ec2 enable-image --image-id ami-1",
    ]);
    expect(story.change("ami-1", { state: "available" }).publications()).toEqual({
      candidate: "ami-1",
      stable: "ami-1",
    });
  });

  test("of revoked images a channel goes back past all", () => {
    const story = scene()
      .image("ami-1", { createdAt: 1, provedAt: 1 })
      .image("ami-2", { createdAt: 2, provedAt: 2 })
      .image("ami-3", { createdAt: 3, provedAt: 3 })
      .holds("ami-3")
      .revoke("ami-3")
      .revoke("ami-2");
    expect(story.publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });

  test("stable does not flee to an image that has not soaked: it keeps its value until then, and is reported with that time", () => {
    const story = scene().published("ami-1").image("ami-2").holds("ami-2", ["candidate"]).revoke("ami-1");
    const soaked = Date.parse("2026-11-05T11:00:00Z");
    expect(story.publications()).toEqual({});
    expect(story.waiting("stable")).toMatchObject({
      reasons: ["ami-1 is revoked: breaks networking", "ami-2 soaks"],
      until: soaked,
    });
    expect(story.notifications("stranded")).toMatchObject([
      { channel: "stable", waitsFor: ["ami-2 soaks"], until: soaked },
    ]);
    expect(story.at("2026-11-05T11:00:00Z").publications()).toEqual({ stable: "ami-2" });
  });

  test("where approval is manual, stable goes back to approved images only", () => {
    const story = scene({ policies: { approval: "manual" } })
      .image("ami-1", { createdAt: 1, provedAt: 1 })
      .approve("ami-1")
      .image("ami-2", { createdAt: 2, provedAt: 2 })
      .image("ami-3", { createdAt: 3, provedAt: 3 })
      .approve("ami-3")
      .holds("ami-3")
      .revoke("ami-3");
    expect(story.publications()).toEqual({ candidate: "ami-2", stable: "ami-1" });
  });

  test("an unrevoked image comes back to the channels by itself", () => {
    const story = scene().image("ami-1", { createdAt: 1, provedAt: 1 }).image("ami-2", { createdAt: 2, provedAt: 2 });
    story.holds("ami-2").revoke("ami-2").holds("ami-1");
    expect(story.publications()).toEqual({});
    expect(story.unrevoke("ami-2").publications()).toEqual({ candidate: "ami-2", stable: "ami-2" });
  });
});
