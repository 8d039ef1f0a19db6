import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../functions/configuration.ts";
import { statusOf } from "../../functions/status.ts";
import { core, full, scene, two } from "../scene.ts";

const prefix = "/eks-windows-images/test/channels";
const onlyCore = { variants: two.variants.slice(0, 1) };

describe("A variant that the configuration names no more", () => {
  /** Both were published; then the full one was removed from the configuration. */
  function removed() {
    const told = scene(two).published("ami-1").published("ami-2", {}, full);
    told.image("ami-3", { variant: full, createdAt: told.world.now });
    told.world.configuration = parseConfiguration(onlyCore);
    return told;
  }

  test("is listed with what is left of it, until that is gone", () => {
    const { world } = removed();

    expect(statusOf(world, prefix).removedVariants).toEqual([
      {
        variant: full,
        channels: [
          { parameter: `${prefix}/${full}/candidate`, image: "ami-2" },
          { parameter: `${prefix}/${full}/stable`, image: "ami-2" },
        ],
        images: [
          { image: "ami-3", state: "available", createdAt: "2026-11-04T12:00:00.000Z" },
          { image: "ami-2", state: "available", createdAt: "2026-11-02T12:00:00.000Z" },
        ],
      },
    ]);
    world.images = world.images.filter(({ variant }) => variant !== full);
    delete world.channels[full];
    expect(statusOf(world, prefix).removedVariants).toEqual([]);
  });

  test("gets nothing built, published or retired, however old its images are", () => {
    const told = removed().later(400 * 24 * 3_600_000);

    expect(told.actions(full)).toEqual([]);
    expect(statusOf(told.world, prefix).variants.map(({ variant }) => variant)).toEqual([core]);
  });

  test("leaves its images to nobody: a variant of another name begins anew", () => {
    const told = scene({ variants: [{ name: "renamed", windows: 2022, kubernetes: "1.35" }] });
    told.image("ami-2", { variant: "renamed" });
    for (const image of told.world.images) image.variant = full;

    expect(told.building("renamed").reasons).toContain("first image of the variant");
    expect(statusOf(told.world, prefix).removedVariants).toMatchObject([{ variant: full, channels: [] }]);
  });
});
