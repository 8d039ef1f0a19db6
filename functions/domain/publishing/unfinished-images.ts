import type { Build } from "../builds.ts";
import type { Image } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { endOf, makersOf, unfinishedAfter } from "../leftovers.ts";
import { imageName } from "../packer-variables.ts";

/**
 * An image whose build was killed between CreateImage, which sets the run's tags, and the call that adds the inputs. An
 * image that lacks only some of today's inputs was finished by an older version of the service. One with a record has
 * lost its tags since: a build writes the first record after all inputs.
 */
export function isUnfinished({ origin, inputs }: Image): boolean {
  return origin === undefined && Object.keys(inputs).length === 0;
}

/** Why the sweep does not deregister an unfinished image now; undefined if it does, unless something uses the image. */
export function unfinishedBlocker(world: IndexedWorld, image: Image): string | undefined {
  const due = abandonedSince(world, image);
  if (due === undefined)
    return `it has no inputs, but CodeBuild's history has no failed build of its name "${image.name}" that made it`;
  if (due > world.now) return "it has no inputs yet; it stays for a day after the end of its build";
  return world.configuration.policies.sweep === "report"
    ? 'its build ended without its inputs; it stays, because policies.sweep is "report"'
    : undefined;
}

/** How many unfinished images are left behind. */
export function countUnfinished(world: IndexedWorld): number {
  const left = [...world.images.values()]
    .flat()
    .filter((image) => isUnfinished(image) && (abandonedSince(world, image) ?? Number.POSITIVE_INFINITY) <= world.now);
  return left.length;
}

/**
 * From when on an unfinished image is left behind, in milliseconds since the epoch; undefined unless a build made
 * it that did not succeed, and no proof of it did. Anybody can empty the tags of a good image, but nobody can alter its
 * name, its creation time and CodeBuild's history.
 */
function abandonedSince(world: IndexedWorld, { id, name, variant, token, createdAt }: Image): number | undefined {
  if (token === undefined || name !== imageName(world.stage, variant, token)) return undefined;
  const makers = makersOf(world, token, createdAt);
  const isGood = [...makers, ...(world.builds.byImage().get(id) ?? [])].some(isSucceeded);
  if (makers.length === 0 || isGood) return undefined;
  return Math.max(endOf(world.builds, token), createdAt) + unfinishedAfter;
}

function isSucceeded({ status }: Build): boolean {
  return status === "succeeded";
}
