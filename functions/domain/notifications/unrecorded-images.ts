import { settlingTime } from "../building/results.ts";
import type { Build } from "../builds.ts";
import { describeUnrecorded, type Image } from "../images.ts";
import { sha256 } from "../inputs.ts";
import type { VariantImages } from "../variant-state.ts";
import type { World } from "../world.ts";
import type { Keyed } from "./keyed.ts";

/** An image has our tags, and what they claim was not recorded: it is forged, a copy or from before records. */
export type UnrecordedNotification = { kind: "unrecorded"; image: string; claims: string[] };

/**
 * The available images whose tags claim more than their records say. An image in another state starts no node. A build
 * records its image right after it exists, so the image of a build that runs or has just ended may still be recorded.
 */
export function unrecordedImages({ now, builds }: World, images: readonly Image[]): Image[] {
  const mayStillRecord = ({ status, startedAt, endedAt = startedAt }: Build) =>
    status === "running" || now - endedAt < settlingTime;
  return images.filter(({ id, state, token, made, unrecorded }) => {
    if (state !== "available" || unrecorded.length === 0) return false;
    const own = builds.filter((build) => build.image === id || build.token === token);
    return made || !own.some(mayStillRecord);
  });
}

/** Sent once for each image and set of claims. */
export function unrecorded(
  world: World,
  { variant: { name: variant }, images }: VariantImages,
): Keyed<UnrecordedNotification>[] {
  return unrecordedImages(world, images).map(({ id: image, unrecorded: claims }) => ({
    kind: "unrecorded",
    key: `unrecorded/${image}/${sha256(describeUnrecorded(claims)).slice(0, 16)}`,
    variant,
    at: world.now,
    image,
    claims: claims.map(({ claim }) => claim),
  }));
}
