import { settlingTime } from "../building/results.ts";
import type { Build } from "../builds.ts";
import type { Image } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { sha256 } from "../inputs.ts";
import type { VariantImages } from "../variant-state.ts";
import type { Keyed } from "./keyed.ts";

/** Images have our tags, and what they claim was not recorded: they are forged, copies or from before records. */
export type UnrecordedNotification = { kind: "unrecorded"; images: { image: string; claims: string[] }[] };

/**
 * The available images whose tags claim more than their records say. An image in another state starts no node. A build
 * records its image right after it exists, so the image of a build that runs or has just ended may still be recorded.
 */
export function unrecordedImages({ now, builds }: IndexedWorld, images: readonly Image[]): Image[] {
  const mayStillRecord = ({ status, startedAt, endedAt = startedAt }: Build) =>
    status === "running" || now - endedAt < settlingTime;
  return images.filter(({ id, state, token, made, unrecorded }) => {
    if (state !== "available" || unrecorded.length === 0) return false;
    const own = [...(builds.byImage().get(id) ?? []), ...(builds.byToken().get(token) ?? [])];
    return made || !own.some(mayStillRecord);
  });
}

/** Sent once for each variant and set of images and claims: the first deployment with records finds many images. */
export function unrecorded(
  world: IndexedWorld,
  { variant: { name: variant }, images }: VariantImages,
): Keyed<UnrecordedNotification>[] {
  const all = unrecordedImages(world, images);
  if (all.length === 0) return [];
  const found = all
    .map(({ id: image, unrecorded: claims }) => ({ image, claims: claims.map(({ claim }) => claim) }))
    .toSorted((a, b) => (a.image < b.image ? -1 : 1));
  const key = `unrecorded/${variant}/${sha256(JSON.stringify(found)).slice(0, 16)}`;
  return [{ kind: "unrecorded", key, variant, at: world.now, images: found }];
}
