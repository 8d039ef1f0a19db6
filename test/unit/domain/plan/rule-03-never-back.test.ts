import { describe, expect, test } from "vitest";
import { day, full, hour, minute, type Scene, scene, two } from "../../../scene.ts";

describe("rule 3: a channel does not go back to an older image, unless the image it holds is bad", () => {
  test("a channel keeps an image that is newer than all others, whoever owns it", () => {
    const story = scene().image("ami-1", { createdAt: 1 });
    expect(story.holdsForeign("ami-theirs").publications()).toEqual({});
    expect(story.image("ami-2").holds("ami-2").publications()).toEqual({});
  });

  test.each([
    ["revoked", (story: Scene) => story.change("ami-2", { revoked: { reason: "bad", by: undefined, at: undefined } })],
    ["disabled", (story: Scene) => story.change("ami-2", { state: "disabled" })],
    ["gone", (story: Scene) => story.deregister("ami-2")],
  ])("a channel goes back if the image it holds is %s", (_, spoil) => {
    const story = scene().image("ami-1", { createdAt: 1, provedAt: 1 }).image("ami-2").holds("ami-2");
    expect(spoil(story).publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });

  test("an image as old as the channel's image does not replace it", () => {
    const createdAt = Date.parse("2026-11-03T12:00:00Z");
    const story = scene().image("ami-1", { createdAt }).holds("ami-1").image("ami-2", { createdAt });
    expect(story.publications()).toEqual({});
  });

  test.each([
    ["revoked", { revoked: { reason: "bad", by: undefined, at: undefined } }],
    ["disabled", { state: "disabled" }],
  ])("a channel whose only image is %s keeps its value and is reported as stranded", (_, changes) => {
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

  test("a channel is not written while the state of its image is unknown", () => {
    const story = scene().published("ami-1").image("ami-2");
    story.changeChannels({ holds: { status: "unknown", why: "throttled" } });
    expect(story.publications()).toEqual({});
  });

  test("a channel is not written while EC2 lists its image in one call and not in another", () => {
    const story = scene().image("ami-1", { createdAt: 1, provedAt: 1 }).image("ami-2").holds("ami-2");
    story.change("ami-2", { proof: undefined }).changeChannels({ holds: { status: "gone" } });
    expect(story.publications()).toEqual({});
  });

  test("a foreign image is replaced only by a newer image of the service", () => {
    const story = scene().published("ami-1").holdsForeign("ami-theirs");
    expect(story.publications()).toEqual({});
    expect(story.later(day).image("ami-2").publications()).toEqual({ candidate: "ami-2" });
  });

  test("a revoked image also leaves another variant's channel", () => {
    const story = scene(two).published("ami-1").published("ami-9", {}, full);
    story.changeChannels({ image: "ami-9" });
    expect(story.publications()).toEqual({});
    expect(story.revoke("ami-9").publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
    expect(story.notificationKeys()).not.toContainEqual(expect.stringMatching(/^stranded/));
    expect(story.notifications("stranded", full)).toHaveLength(2);
  });

  test("a rollback rejected twice falls back to an older image, and retries the newer one afterwards", () => {
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

  test("a rollback to the only good image is repeated after every rejection", () => {
    const story = scene().published("ami-1").image("ami-2", { provedAt: 1 }).holds("ami-2").revoke("ami-2");
    story
      .wrote("ami-1", "stable", 6 * minute)
      .notifyAll()
      .later(6 * minute);
    expect(story.publications()).toMatchObject({ stable: "ami-1" });
  });

  test("a channel is stranded if it still holds a revoked image 15 minutes after a run saw the revocation", () => {
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

  test("a later rejection of the same image over another one is notified again", () => {
    const story = scene().published("ami-1").image("ami-2").wrote("ami-2", "candidate", hour).notifyAll();
    expect(story.notifications("write-rejected")).toEqual([]);
    story.holds("ami-2", ["candidate"]).image("ami-3").holds("ami-3", ["candidate"]).revoke("ami-3");
    expect(story.wrote("ami-2", "candidate", hour / 2).notifications("write-rejected")).toMatchObject([
      { image: "ami-2" },
    ]);
  });

  test("a stranded channel names the image that retention disabled, and how to enable it", () => {
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

  test("a channel goes back past every revoked image", () => {
    const story = scene()
      .image("ami-1", { createdAt: 1, provedAt: 1 })
      .image("ami-2", { createdAt: 2, provedAt: 2 })
      .image("ami-3", { createdAt: 3, provedAt: 3 })
      .holds("ami-3")
      .revoke("ami-3")
      .revoke("ami-2");
    expect(story.publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });

  test("stable keeps a revoked image until another one has soaked, and is reported with that time", () => {
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

  test("stable goes back to approved images only if approval is manual", () => {
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

  test("an unrevoked image returns to the channels without further action", () => {
    const story = scene().image("ami-1", { createdAt: 1, provedAt: 1 }).image("ami-2", { createdAt: 2, provedAt: 2 });
    story.holds("ami-2").revoke("ami-2").holds("ami-1");
    expect(story.publications()).toEqual({});
    expect(story.unrevoke("ami-2").publications()).toEqual({ candidate: "ami-2", stable: "ami-2" });
  });
});
