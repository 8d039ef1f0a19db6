import type { Configuration } from "../config/configuration.ts";
import type { Environment } from "../config/environment.ts";
import type { Observed } from "../config/observed.ts";
import { candidateVersions, knownValue } from "../domain/building/preflight.ts";
import { noFleetRecords } from "../domain/fleet-records.ts";
import type { Image } from "../domain/images.ts";
import { accountsSharedWith, noPlaceRecords } from "../domain/place-records.ts";
import { goingThere } from "../domain/places/copies-retention.ts";
import { placeStates } from "../domain/places/place-state.ts";
import { retirementCandidates } from "../domain/publishing/retention.ts";
import { harvestParameterOf, type Upstream } from "../domain/upstream.ts";
import type { ImageWorld, World } from "../domain/world.ts";
import { readBuilds } from "./builds.ts";
import { finderOf, readChannels } from "./channels.ts";
import { readFastLaunches } from "./fast-launch.ts";
import { readFleets } from "./fleets/observe-fleets.ts";
import { readHarvests } from "./harvests.ts";
import { readBinaries } from "./kubernetes-releases.ts";
import { readLeftovers } from "./leftovers.ts";
import { readNotified } from "./notifications.ts";
import { readPlaces, withReferences } from "./places/observe-places.ts";
import { readImagesAndPauses } from "./recorded-images.ts";
import { readReferences } from "./references.ts";
import { readRequests } from "./requests.ts";
import { readPublicAmis, readUpstream } from "./upstream.ts";

/**
 * Reads the whole world. An upstream that does not answer is part of the world, and so is an image whose use EC2 does
 * not tell in time, and that it does not tell in time what builds left behind.
 * @param remaining how long reading may still take, in milliseconds
 * @throws Error if images, records, builds, channels, requests, notifications or pauses could not be read: without them
 * nothing may be decided
 */
export async function observe(
  environment: Environment,
  configuration: Configuration,
  now: number,
  remaining: () => number,
): Promise<World> {
  const { STAGE: stage, RECIPE: recipe, HARVEST_RECIPE: harvestRecipe, BUCKET: bucket } = environment;
  // Each waits for what it needs and for nothing else.
  const amis = readPublicAmis(configuration);
  const readingUpstream = readUpstream(configuration, amis);
  const readingImages = observeImages(environment, configuration, now);
  const readingPlaces = readingImages.then(({ placeRecords = noPlaceRecords }) =>
    // What uses images there is asked in the rest of the time.
    readPlaces(environment, configuration, placeRecords, remaining() / 2),
  );
  const readingBuilds = gerund("reading builds", readBuilds(environment.PROJECT_NAME, now));
  const readingHarvests = amis.then((known) =>
    readHarvests(bucket, harvestSourcesOf(configuration, known), harvestRecipe),
  );
  const readingLast = Promise.all([
    Promise.all([readingUpstream, readingImages]).then(([upstream, { images }]) =>
      readBinaries(versionsOf(configuration, upstream, images), configuration.policies.kubernetesReleaseUrl),
    ),
    Promise.all([readingImages, readingBuilds]).then(([{ images }, builds]) =>
      readLeftovers(stage, { now, builds, images }, remaining()),
    ),
  ]);
  const readingFirst = Promise.all([
    readingUpstream,
    readingImages,
    readingBuilds,
    readingHarvests,
    gerund("reading requests", readRequests(environment.REQUESTS_PREFIX)),
    gerund("reading notifications", readNotified(bucket)),
    readingPlaces,
  ]).then(async ([upstream, imageWorld, builds, harvests, requests, notified, observedPlaces]) => {
    const { pauses, starts, fleetRecords, placeRecords, unreadable } = imageWorld;
    if (unreadable !== undefined || !pauses || !starts || !fleetRecords || !placeRecords) throw new Error(unreadable);
    const instanceProfiles = environment.INSTANCE_PROFILES.split(",");
    const own = { stage, recipe, harvestRecipe, instanceProfiles, placesRole: environment.PLACES_ROLE };
    // What is missing says nothing about which images may go.
    const missing = { binaries: {}, leftovers: { found: [], unread: undefined }, references: {}, fleets: {} };
    const world: World = {
      ...imageWorld,
      ...own,
      ...missing,
      upstream,
      builds,
      harvests,
      requests,
      notified,
      pauses,
      starts,
      fleetRecords,
      placeRecords,
      places: observedPlaces,
    };
    const hasFastLaunch = configuration.policies.fastLaunch !== undefined;
    const candidates = retirementCandidates(world);
    const sharedWith = (image: string) => accountsSharedWith(placeRecords, configuration.places, image);
    const [references, places] = await Promise.all([
      readReferences(candidates, remaining(), hasFastLaunch, { sharedWith }),
      withReferences(
        environment,
        configuration,
        world.places,
        ({ name }) => goingThere(world, name, candidates),
        remaining(),
      ),
    ]);
    return { ...world, references, places };
  });
  const readingFleets = readingImages.then(
    ({ channels, images, placeRecords, fleetRecords: records = noFleetRecords }) => {
      const places = readingPlaces.then((read) => placeStates({ configuration, placeRecords, places: read }));
      return readFleets(environment, configuration, { channels, images, records, places }, remaining());
    },
  );
  const [world, [binaries, leftovers], fleets] = await Promise.all([readingFirst, readingLast, readingFleets]);
  return { ...world, binaries, leftovers, fleets };
}

function harvestSourcesOf({ variants }: Configuration, amis: ReadonlyMap<string, Observed>): string[] {
  return variants.flatMap((variant) => knownValue(amis.get(harvestParameterOf(variant) ?? "")));
}

function versionsOf(
  { variants }: Configuration,
  upstream: Readonly<Record<string, Upstream>>,
  images: readonly Image[],
): string[] {
  const imagesOf = Map.groupBy(images, ({ variant }) => variant);
  return variants.flatMap(({ name }) => candidateVersions(upstream[name], imagesOf.get(name)));
}

/**
 * Reads only what a person's decision about an image depends on, so that a bad image can be revoked while CodeBuild, S3
 * or upstream does not answer. Records that cannot be read become part of the world.
 * @throws Error if images or channels could not be read
 */
export async function observeImages(
  environment: Environment,
  configuration: Configuration,
  now: number,
): Promise<ImageWorld> {
  const readingImages = gerund("reading images", readImagesAndPauses(environment, configuration));
  const finding = readingImages.then(({ images }) => finderOf(images));
  const [{ fastLaunched, ...imagesAndPauses }, channels, fastLaunch] = await Promise.all([
    readingImages,
    gerund("reading channels", readChannels(environment.CHANNELS_PREFIX, finding)),
    readingImages.then(({ fastLaunched }) => readFastLaunches(environment, configuration, fastLaunched)),
  ]);
  return { now, configuration, ...imagesAndPauses, channels, ...(fastLaunch && { fastLaunch }) };
}

async function gerund<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new Error(`${doing}: ${(cause as Error).message}`, { cause });
  }
}
