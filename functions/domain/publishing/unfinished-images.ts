import { imageName } from "../build-orders.ts";
import type { Image } from "../images.ts";
import { endOf, unfinishedAfter } from "../leftovers.ts";
import type { World } from "../world.ts";

/**
 * An image whose build was killed between CreateImage, which sets the run's tags, and the call that adds the inputs. An
 * image that lacks only some of today's inputs was finished by an older version of the service.
 */
export function isUnfinished({ inputs, proof, published }: Image): boolean {
  return Object.keys(inputs).length === 0 && proof === undefined && Object.keys(published).length === 0;
}

/** Why the sweep does not deregister an unfinished image now; undefined if it does, unless something uses the image. */
export function unfinishedBlocker(world: World, image: Image): string | undefined {
  const due = abandonedSince(world, image);
  if (due === undefined) return `it has no inputs, and its name "${image.name}" is none that a build of its tags gives`;
  if (due > world.now) return "it has no inputs yet; it stays for a day after the end of its build";
  return world.configuration.policies.sweep === "report"
    ? 'its build ended without its inputs; it stays, because policies.sweep is "report"'
    : undefined;
}

/** How many unfinished images are left behind. */
export function countUnfinished(world: World): number {
  const left = world.images.filter(
    (image) => isUnfinished(image) && (abandonedSince(world, image) ?? Number.POSITIVE_INFINITY) <= world.now,
  );
  return left.length;
}

/** From when on an unfinished image is left behind, in milliseconds since the epoch; undefined if no build made it. */
function abandonedSince({ stage, builds }: World, { name, variant, token, createdAt }: Image): number | undefined {
  if (token === undefined || name !== imageName(stage, variant, token)) return undefined;
  return Math.max(endOf(builds, token), createdAt) + unfinishedAfter;
}
