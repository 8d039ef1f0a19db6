import { describe, expect, test } from "vitest";
import { statusOf } from "../../../functions/api/status.ts";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { core, day, full, scene, two } from "../../scene.ts";

const prefix = "/eks-windows-images/test/channels";
const onlyCore = { variants: two.variants.slice(0, 1) };

describe("a removed variant", () => {
  /** Both variants were published before the full one was removed from the configuration. */
  function removed() {
    const story = scene(two).published("ami-1").published("ami-2", {}, full);
    story.image("ami-3", { variant: full, createdAt: story.world.now });
    story.world.configuration = parseConfiguration(onlyCore);
    return story;
  }

  test("is listed with its channels and images until they are gone", () => {
    const story = removed();

    const kept = {
      decision: "keep",
      reasons: ["its variant was removed; to retire its images, name the variant in retiredVariants in config.ts"],
    };
    const recorded = { state: "available", made: true, unrecorded: [] };
    expect(statusOf(story.world, prefix).removedVariants).toEqual([
      {
        variant: full,
        channels: [
          { parameter: `${prefix}/${full}/candidate`, image: "ami-2" },
          { parameter: `${prefix}/${full}/stable`, image: "ami-2" },
        ],
        images: [
          { image: "ami-3", createdAt: "2026-11-04T12:00:00.000Z", ...recorded, retention: kept },
          { image: "ami-2", createdAt: "2026-11-02T12:00:00.000Z", ...recorded, retention: kept },
        ],
      },
    ]);
    story.deregister("ami-2").deregister("ami-3").deleteChannels(undefined, full);
    expect(statusOf(story.world, prefix).removedVariants).toEqual([]);
  });

  test("gets nothing built, published or retired, however old its images are", () => {
    const story = removed().later(400 * day);

    expect(story.actions(full)).toEqual([]);
    expect(statusOf(story.world, prefix).variants.map(({ variant }) => variant)).toEqual([core]);
  });

  test("loses its images once retiredVariants names it, except those that a parameter still holds", () => {
    const story = removed().later(30 * day);
    story.world.configuration = parseConfiguration({ ...onlyCore, retiredVariants: [full] });
    for (const { id } of story.world.images) story.world.references[id] = { state: "unused" };

    expect(story.actions(full)).toMatchObject([{ do: "disable", image: "ami-3", because: "retired" }]);
    expect(statusOf(story.world, prefix).removedVariants[0]?.images?.[1]?.retention.reasons).toEqual([
      `${full}/candidate holds it`,
      `${full}/stable holds it`,
    ]);
    story.deleteChannels(undefined, full);
    expect(story.actions(full).map((action) => "image" in action && action.image)).toEqual(["ami-3", "ami-2"]);
  });

  test("cannot be retired while it is configured", () => {
    expect(() => parseConfiguration({ ...two, retiredVariants: [core] })).toThrow(
      `retiredVariants[0] is "${core}"; allowed: the name of a removed variant: take it out of variants first`,
    );
  });

  test("leaves no image to a variant of another name, which starts from its first image", () => {
    const story = scene({ variants: [{ name: "renamed", windows: 2022, kubernetes: "1.35" }] });
    story.image("ami-2", { variant: "renamed" });
    for (const image of story.world.images) image.variant = full;

    expect(story.building("renamed").reasons).toContain("first image of the variant");
    expect(statusOf(story.world, prefix).removedVariants).toMatchObject([{ variant: full, channels: [] }]);
  });
});
