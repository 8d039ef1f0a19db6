import { describe, expect, test } from "vitest";
import { day, hour, minute, scene } from "../../../scene.ts";

describe("rule 2: a channel takes the newest publishable image that has soaked", () => {
  test("the first image of a variant does not soak", () => {
    expect(scene().image("ami-1").publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });

  test("candidate takes a newer image at once, stable after its soak", () => {
    const story = scene().published("ami-1").image("ami-2");
    expect(story.publications()).toEqual({ candidate: "ami-2" });
    expect(story.actions()).toContainEqual(
      expect.objectContaining({
        do: "wait",
        for: "stable",
        until: Date.parse("2026-11-05T11:00:00Z"),
        reasons: ["ami-2 soaks"],
      }),
    );
    expect(story.at("2026-11-05T11:00:00Z").publications()).toMatchObject({ stable: "ami-2" });
  });

  test("a newer candidate does not restart the soak of an older one", () => {
    const story = scene()
      .published("ami-1")
      .image("ami-2")
      .later(23 * hour)
      .image("ami-3");
    expect(story.publications()).toMatchObject({ candidate: "ami-3", stable: "ami-2" });
  });

  test("the soak counts from the proof, not from the image's creation", () => {
    const story = scene()
      .published("ami-1")
      .image("ami-2", { createdAt: Date.parse("2026-11-03T00:00:00Z"), provedAt: Date.parse("2026-11-04T11:00:00Z") });
    expect(story.publications()).toEqual({ candidate: "ami-2" });
  });

  test("a channel whose parameter was deleted takes a soaked image before a newer one that still soaks", () => {
    const story = scene().published("ami-1").image("ami-2").holds("ami-2", ["candidate"]);
    story.deleteChannels(["stable"]);
    expect(story.publications()).toEqual({ stable: "ami-1" });
  });

  test("a longer soak does not keep an image that stable held before from returning", () => {
    const story = scene({ policies: { soak: "30d" } })
      .published("ami-1")
      .image("ami-2", { createdAt: Date.parse("2026-11-03T10:00:00Z"), provedAt: Date.parse("2026-11-03T11:00:00Z") })
      .holds("ami-2")
      .image("ami-3")
      .holds("ami-3", ["candidate"]);
    expect(story.publications()).toEqual({});
    expect(story.revoke("ami-2").publications()).toEqual({ stable: "ami-1" });
  });

  test.each([
    ["was rejected", 6],
    ["may still arrive", 1],
  ])("an image whose write %s has not been in the channel, so that it still soaks", (_, minutes) => {
    const story = scene()
      .published("ami-1")
      .image("ami-2")
      .wrote("ami-2", "stable", minutes * minute);
    story.later(10 * minute);
    expect(story.publications()).toEqual({ candidate: "ami-2" });
  });

  test("an image whose write was never read back still needs its approval", () => {
    const story = scene({ policies: { approval: "manual" } })
      .published("ami-1")
      .image("ami-2", { provedAt: Date.parse("2026-11-01T12:00:00Z") })
      .wrote("ami-2", "stable", 6 * minute);
    expect(story.publications()).toEqual({ candidate: "ami-2" });
    expect(story.approve("ami-2").publications()).toEqual({ candidate: "ami-2", stable: "ami-2" });
  });

  test("an image of an older minor whose write was never read back does not come back", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.34.9" })
      .image("ami-2", {}, { kubernetes: "1.34.10" })
      .wrote("ami-2", "candidate", 6 * minute);
    expect(story.revoke("ami-1").publications()).toEqual({});
    expect(story.change("ami-2", { held: { candidate: story.world.now } }).publications()).toEqual({
      candidate: "ami-2",
    });
  });

  test("a wait lists every soak and ends with the first one", () => {
    const story = scene()
      .published("ami-1")
      .image("ami-2", { createdAt: Date.parse("2026-11-04T09:00:00Z"), provedAt: Date.parse("2026-11-04T10:00:00Z") })
      .image("ami-3");
    expect(story.waiting("stable")).toMatchObject({
      reasons: ["ami-3 soaks", "ami-2 soaks"],
      until: Date.parse("2026-11-05T10:00:00Z"),
    });
  });
});

describe("rule 2: stable takes approved images only if approval is manual", () => {
  const manual = () => scene({ policies: { approval: "manual" } });

  test("candidate needs no approval", () => {
    expect(manual().published("ami-1").image("ami-2").publications()).toEqual({ candidate: "ami-2" });
  });

  test("a soaked image waits for its approval without a known end", () => {
    const story = manual()
      .published("ami-1")
      .image("ami-2")
      .holds("ami-2", ["candidate"])
      .later(2 * day);
    expect(story.publications()).toEqual({});
    expect(story.waiting("stable")).toMatchObject({ reasons: ["ami-2 waits for its approval"], until: undefined });
    expect(story.approve("ami-2").publications()).toEqual({ stable: "ami-2" });
  });

  test("an approved image still soaks", () => {
    const story = manual().published("ami-1").image("ami-2").approve("ami-2");
    expect(story.publications()).toEqual({ candidate: "ami-2" });
    expect(story.waiting("stable")).toMatchObject({
      reasons: ["ami-2 soaks"],
      until: Date.parse("2026-11-05T11:00:00Z"),
    });
  });

  test("an approved image is taken although a newer one waits for its approval", () => {
    const story = manual()
      .published("ami-1")
      .image("ami-2", { createdAt: Date.parse("2026-11-02T20:00:00Z"), provedAt: Date.parse("2026-11-02T22:00:00Z") })
      .approve("ami-2")
      .image("ami-3", { createdAt: Date.parse("2026-11-03T00:00:00Z"), provedAt: Date.parse("2026-11-03T01:00:00Z") });
    expect(story.publications()).toEqual({ candidate: "ami-3", stable: "ami-2" });
  });

  test("a new approval policy does not keep an image that stable held before from returning", () => {
    const story = manual().published("ami-1").image("ami-2").approve("ami-2").holds("ami-2").revoke("ami-2");
    expect(story.publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });

  test("the first image of a variant needs its approval, although it does not soak", () => {
    const story = manual().image("ami-1");
    expect(story.publications()).toEqual({ candidate: "ami-1" });
    expect(story.waiting("stable")).toMatchObject({ reasons: ["ami-1 soaks", "ami-1 waits for its approval"] });
    expect(story.approve("ami-1").publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });
});
