import { describe, expect, test } from "vitest";
import { statusOf } from "../../../functions/api/status.ts";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { core, day, full, scene, two } from "../../scene.ts";

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

    const kept = { decision: "keep", reasons: ["its variant was removed: retiredVariants of config.ts lets it go"] };
    expect(statusOf(world, prefix).removedVariants).toEqual([
      {
        variant: full,
        channels: [
          { parameter: `${prefix}/${full}/candidate`, image: "ami-2" },
          { parameter: `${prefix}/${full}/stable`, image: "ami-2" },
        ],
        images: [
          { image: "ami-3", state: "available", createdAt: "2026-11-04T12:00:00.000Z", retention: kept },
          { image: "ami-2", state: "available", createdAt: "2026-11-02T12:00:00.000Z", retention: kept },
        ],
      },
    ]);
    world.images = world.images.filter(({ variant }) => variant !== full);
    delete world.channels[full];
    expect(statusOf(world, prefix).removedVariants).toEqual([]);
  });

  test("gets nothing built, published or retired, however old its images are", () => {
    const told = removed().later(400 * day);

    expect(told.actions(full)).toEqual([]);
    expect(statusOf(told.world, prefix).variants.map(({ variant }) => variant)).toEqual([core]);
  });

  test("loses its images once it is named among the retired: what a parameter holds stays until a person deletes that", () => {
    const told = removed().later(30 * day);
    told.world.configuration = parseConfiguration({ ...onlyCore, retiredVariants: [full] });
    for (const { id } of told.world.images) told.world.references[id] = { state: "unused" };

    expect(told.actions(full)).toMatchObject([{ do: "disable", image: "ami-3", because: "retired" }]);
    expect(statusOf(told.world, prefix).removedVariants[0]?.images[1]?.retention.reasons).toEqual([
      `${full}/candidate holds it`,
      `${full}/stable holds it`,
    ]);
    delete told.world.channels[full];
    expect(told.actions(full).map((action) => "image" in action && action.image)).toEqual(["ami-3", "ami-2"]);
  });

  test("cannot be retired while it is configured", () => {
    expect(() => parseConfiguration({ ...two, retiredVariants: [core] })).toThrow(
      `retiredVariants[0] is "${core}"; allowed: a name that no variant has: take the variant out of variants first`,
    );
  });

  test("leaves its images to nobody: a variant of another name begins anew", () => {
    const told = scene({ variants: [{ name: "renamed", windows: 2022, kubernetes: "1.35" }] });
    told.image("ami-2", { variant: "renamed" });
    for (const image of told.world.images) image.variant = full;

    expect(told.building("renamed").reasons).toContain("first image of the variant");
    expect(statusOf(told.world, prefix).removedVariants).toMatchObject([{ variant: full, channels: [] }]);
  });
});
