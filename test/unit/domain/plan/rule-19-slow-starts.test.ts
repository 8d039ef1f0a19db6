import { describe, expect, test } from "vitest";
import type { ConfigurationInput } from "../../../../functions/config/configuration.ts";
import { indexWorld } from "../../../../functions/domain/indexed-world.ts";
import { slownessOf } from "../../../../functions/domain/publishing/slow-start-hold.ts";
import { day, hour, type Scene, scene } from "../../../scene.ts";

const usual = [200, 210, 220];

function policies(changes: ConfigurationInput["policies"] = {}) {
  return { policies: { soak: "12h", slowStart: { maxHold: "3d" }, ...changes } };
}

/** `ami-2` was proved an hour ago and takes so many seconds to start. */
function slow(story: Scene, start = 400) {
  return story.image("ami-2").measured("ami-2", { start });
}

function isSlow(story: Scene, id = "ami-2"): boolean {
  const image = story.world.images.find((one) => one.id === id);
  return image !== undefined && slownessOf(indexWorld(story.world), image) !== undefined;
}

describe("rule 19: an image is slow", () => {
  test.each([
    ["exactly the factor times the median", 315, false],
    ["a second longer", 316, true],
  ])("if its start takes longer than the factor times the median: %s", (_, start, expected) => {
    expect(isSlow(slow(scene().usualStarts(...usual), start))).toBe(expected);
  });

  test("by the factor that is configured", () => {
    const [at3, at1] = [3, 1.1].map((factor) => scene({ policies: { slowStart: { factor } } }).usualStarts(...usual));

    expect(at3 && isSlow(slow(at3, 600))).toBe(false);
    expect(at1 && isSlow(slow(at1, 240))).toBe(true);
  });

  test.each([
    ["two published images", [200, 210]],
    ["none", []],
  ])("never by comparison with %s", (_, starts) => {
    expect(isSlow(slow(scene().usualStarts(...starts), 4_000))).toBe(false);
  });

  test("by comparison with the last five published images, not with earlier ones", () => {
    expect(isSlow(slow(scene().usualStarts(900, 900, 900, 200, 200, 200, 200, 200), 400))).toBe(true);
    expect(isSlow(slow(scene().usualStarts(200, 200, 200, 900, 900, 900, 900, 900), 400))).toBe(false);
  });

  test("by the mean of the two in the middle if four are there", () => {
    expect(isSlow(slow(scene().usualStarts(100, 200, 300, 400), 375))).toBe(false);
    expect(isSlow(slow(scene().usualStarts(100, 200, 300, 400), 376))).toBe(true);
  });

  test.each([
    ["was never measured", (story: Scene) => story.measured("ami-usual-2", {})],
    ["is newer", (story: Scene) => story.change("ami-usual-2", { createdAt: story.world.now })],
    ["was written and never read back", (story: Scene) => story.change("ami-usual-2", { held: {} })],
  ])("not by comparison with an image that %s", (_, change) => {
    expect(isSlow(change(slow(scene().usualStarts(...usual))))).toBe(false);
  });
});

describe("rule 19: a slow image", () => {
  test("is published as any other and told once, if nothing else is written", () => {
    const story = slow(scene().usualStarts(...usual));

    expect(story.publications()).toEqual({ candidate: "ami-2" });
    expect(story.notifications("slow-start")).toEqual([
      expect.objectContaining({ image: "ami-2", start: 400_000, usual: 210_000, until: undefined }),
    ]);
    expect(story.notifyAll().notifications("slow-start")).toEqual([]);
  });

  test("waits for both channels until maxHold after its proof, with the reason, and no longer", () => {
    const story = slow(scene(policies()).usualStarts(...usual));
    const until = story.world.now - hour + 3 * day;

    expect(story.publications()).toEqual({});
    expect(story.waiting("candidate")).toMatchObject({
      until,
      reasons: ["ami-2 starts in 6 m 40 s, 1.9 times the usual 3 m 30 s"],
    });
    expect(story.waiting("stable")).toMatchObject({ until, reasons: [expect.any(String), "ami-2 soaks"] });
    expect(story.notifications("slow-start")).toEqual([expect.objectContaining({ until })]);
    story.world.now = until;
    expect(story.publications()).toEqual({ candidate: "ami-2", stable: "ami-2" });
  });

  test("is not waited for by a channel that must leave what it holds", () => {
    const story = slow(scene(policies()).usualStarts(...usual)).later(day);

    expect(story.revoke("ami-usual-3").publications()).toEqual({ candidate: "ami-2", stable: "ami-2" });
  });

  test("is not waited for by a channel whose image is gone", () => {
    const story = slow(scene(policies()).usualStarts(...usual, 215)).later(day);

    expect(story.deregister("ami-usual-4").publications()).toEqual({ candidate: "ami-2", stable: "ami-2" });
  });

  test("is taken at once by a channel that holds nothing", () => {
    const story = slow(scene(policies()).usualStarts(...usual))
      .later(day)
      .deleteChannels(["stable"]);
    for (const image of story.world.images.filter(({ id }) => id !== "ami-2")) story.revoke(image.id);

    expect(story.publications()).toMatchObject({ stable: "ami-2" });
  });

  test("passes once a person has approved it", () => {
    const story = slow(scene(policies()).usualStarts(...usual)).approve("ami-2");

    expect(story.publications()).toEqual({ candidate: "ami-2" });
    expect(story.waiting("stable")).toMatchObject({ reasons: ["ami-2 soaks"] });
  });

  test("can be approved while it is held: subscribers hear that stable wants its approval once it has soaked", () => {
    const story = slow(scene(policies({ approval: "manual" })).usualStarts(...usual));

    expect(story.notifications("approval-wanted")).toEqual([]);
    expect(story.later(12 * hour).notifications("approval-wanted")).toMatchObject([{ image: "ami-2" }]);
    expect(story.approve("ami-2").publications()).toEqual({ candidate: "ami-2", stable: "ami-2" });
  });

  test("returns to a channel that has held it without a new wait", () => {
    const story = slow(scene(policies()).usualStarts(...usual))
      .holds("ami-2")
      .image("ami-3")
      .holds("ami-3");

    expect(story.revoke("ami-3").publications()).toEqual({ candidate: "ami-2", stable: "ami-2" });
  });

  test("does not hold back a newer image, and an older one no longer waits beside it", () => {
    const story = slow(scene(policies()).usualStarts(...usual))
      .later(hour)
      .image("ami-3");

    expect(story.measured("ami-3", { start: 205 }).publications()).toMatchObject({ candidate: "ami-3" });
  });

  test("is not told any more once a newer one is publishable", () => {
    const story = slow(scene().usualStarts(...usual))
      .later(hour)
      .image("ami-3");

    expect(story.notifications("slow-start")).toEqual([]);
  });
});

describe("rule 19: an image that grew", () => {
  const grown = (size: number) => scene().usualStarts(200).image("ami-2").measured("ami-2", { size });

  test("by more than a tenth since the newest published one is told once", () => {
    const story = grown(33.1);

    expect(story.notifications("image-grew")).toMatchObject([{ image: "ami-2", previous: "ami-usual-1" }]);
    expect(story.notifyAll().notifications("image-grew")).toEqual([]);
    expect(story.publications()).toMatchObject({ candidate: "ami-2" });
  });

  test.each([33, 30, 20])("by a tenth or less is not told: from 30 GiB to %i", (size) => {
    expect(grown(size).notifications("image-grew")).toEqual([]);
  });

  test("is compared with no image that was never published or measured", () => {
    expect(grown(40).change("ami-usual-1", { held: {} }).notifications("image-grew")).toEqual([]);
    expect(grown(40).measured("ami-usual-1", {}).notifications("image-grew")).toEqual([]);
  });
});
