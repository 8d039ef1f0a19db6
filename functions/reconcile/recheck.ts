import { isDeepStrictEqual } from "node:util";
import type { Configuration } from "../config/configuration.ts";
import type { Environment } from "../config/environment.ts";
import type { FastLaunchRecords } from "../domain/fast-launch-records.ts";
import { isNewer, isPublishable } from "../domain/images.ts";
import { type IndexedWorld, withReread } from "../domain/indexed-world.ts";
import { whyPaused } from "../domain/pauses.ts";
import { accountsSharedWith, noPlaceRecords } from "../domain/place-records.ts";
import { type WriteAction, writesFor } from "../domain/plan.ts";
import type { PublishAction } from "../domain/publishing/actions.ts";
import type { World } from "../domain/world.ts";
import { finderOf, readChannels } from "../io/channels.ts";
import { readFastLaunches } from "../io/fast-launch.ts";
import { readPauses } from "../io/pauses.ts";
import { readPlaces, secondLook, withReferences } from "../io/places/observe-places.ts";
import { readImagesAndPauses } from "../io/recorded-images.ts";
import { readReferences } from "../io/references.ts";

/**
 * Reads and decides again right before a write. Parameter Store and EC2 have no "write if unchanged", and a run with an
 * outdated view must not overwrite what a newer run has written.
 * @param now milliseconds since the epoch
 * @returns the world as it is now; undefined if the plan no longer contains the action
 */
export async function recheck(
  action: WriteAction,
  world: IndexedWorld,
  environment: Environment,
  now: number,
): Promise<IndexedWorld | undefined> {
  const places = action.do === "disable" ? world.configuration.places : [];
  const confirmed = readConfirmed(environment, { variant: action.variant, places });
  // Images of other variants matter only as what channels hold, and then by their ID.
  const finding = confirmed.then(({ images }) => {
    const findOwn = finderOf(images);
    return (id: string) => {
      const before = world.imagesById().get(id);
      return findOwn(id) ?? (before?.variant === action.variant ? undefined : before);
    };
  });
  // Any variant's channel may hold an image. What a channel gets depends on its own variant only.
  const only = action.do === "publish" ? action.variant : undefined;
  const [{ images, pauses, revokedByRecord, fastLaunched, placeRecords }, channels] = await Promise.all([
    confirmed,
    readChannels(environment.CHANNELS_PREFIX, finding, only),
  ]);
  const hasPolicy = world.configuration.policies.fastLaunch !== undefined;
  const references = dependsOnUse(action)
    ? await readReferences([action.image], undefined, hasPolicy, {
        sharedWith: (image) => accountsSharedWith(placeRecords ?? noPlaceRecords, places, image),
      })
    : {};
  const fastLaunch = await readFastLaunches(environment, world.configuration, fastLaunched);
  const reread = { now, images, revokedByRecord, channels, references, pauses, fastLaunch };
  const there = places.length > 0 ? await rereadPlaces(action, { environment, world, placeRecords }) : {};
  const fresh = withReread(world, action.variant, { ...reread, ...there });
  const isStillPlanned = writesFor(fresh, action.variant).some(
    (one) =>
      one.do !== "wait" &&
      one.do !== "confirm" &&
      one.do !== "unshare" &&
      isDeepStrictEqual(essenceOf(one), essenceOf(action)),
  );
  return isStillPlanned ? fresh : undefined;
}

/** Whether a place still needs the image that is to be disabled. */
async function rereadPlaces(
  { image }: WriteAction,
  {
    environment,
    world: { configuration },
    placeRecords,
  }: { environment: Environment; world: IndexedWorld; placeRecords: World["placeRecords"] },
) {
  const read = await readPlaces(environment, configuration, placeRecords, secondLook);
  const places = await withReferences(environment, configuration, read, ({ method }) =>
    method === "share" ? [image] : [],
  );
  return { placeRecords, places };
}

/** Whether a person has paused the variant since the world was read. */
export async function isPausedNow(variant: string, { BUCKET }: Environment): Promise<boolean> {
  return whyPaused({ pauses: await readPauses(BUCKET) }, variant) !== undefined;
}

/**
 * Whether another writer came first between the recheck and the tag that this writer has just put on its image. Each
 * writer tags before it reads, so at least one of two sees the other, and the one with the older image gives way. Its
 * tag stays: `lastWrite` ignores it, and removing it could remove the record of a third writer that publishes the same
 * image.
 * @param seen the world of the recheck
 */
export async function isOvertaken(
  { variant, channel, image: id }: PublishAction,
  seen: IndexedWorld,
  environment: Environment,
): Promise<boolean> {
  const confirmed = readConfirmed(environment, { variant });
  const finding = confirmed.then(({ images }) => finderOf(images));
  const [{ images }, channels] = await Promise.all([
    confirmed,
    readChannels(environment.CHANNELS_PREFIX, finding, variant),
  ]);
  if (channels[variant]?.[channel]?.version !== seen.channels[variant]?.[channel]?.version) return true;
  const own = images.find((image) => image.id === id);
  if (!own || !isPublishable(own)) return true;
  const seenImages = seen.images.get(variant) ?? [];
  return images.some((image) => {
    const before = seenImages.find(({ id }) => id === image.id)?.published[channel];
    return isPublishable(image) && isNewer(image, own) && image.published[channel]?.at !== before?.at;
  });
}

/** @throws Error if the records could not be read */
export async function readConfirmed(
  environment: Environment,
  about: { variant: string } & Partial<Pick<Configuration, "fleets" | "places">>,
): Promise<
  Pick<World, "images" | "revokedByRecord" | "pauses" | "fleetRecords" | "placeRecords"> & {
    fastLaunched: FastLaunchRecords;
  }
> {
  const read = await readImagesAndPauses(environment, about);
  const { images, pauses, revokedByRecord, fleetRecords, placeRecords, fastLaunched, unreadable } = read;
  if (unreadable !== undefined || !pauses || !fleetRecords || !placeRecords) throw new Error(unreadable);
  return { images, revokedByRecord, pauses, fleetRecords, placeRecords, fastLaunched };
}

/** Whether the decision depends on what uses the image. */
function dependsOnUse(action: WriteAction): boolean {
  return action.do === "deregister" || (action.do === "disable" && action.because === "retired");
}

/** What a write does. Its reasons may change. */
function essenceOf(action: WriteAction) {
  if (action.do === "publish") return [action.do, action.channel, action.image, action.previous];
  return [action.do, action.image, action.do === "disable" && action.because];
}
