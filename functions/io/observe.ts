import type { Configuration } from "../config/configuration.ts";
import type { Environment } from "../config/environment.ts";
import { candidateVersions, knownValue } from "../domain/building/preflight.ts";
import { retirementCandidates } from "../domain/publishing/retention.ts";
import type { ImageWorld, World } from "../domain/world.ts";
import { readBuilds } from "./builds.ts";
import { readChannels } from "./channels.ts";
import { readHarvests } from "./harvests.ts";
import { readBinaries } from "./kubernetes-releases.ts";
import { readLeftovers } from "./leftovers.ts";
import { readNotified } from "./notifications.ts";
import { readImagesAndPauses } from "./recorded-images.ts";
import { readReferences } from "./references.ts";
import { readRequests } from "./requests.ts";
import { readUpstream } from "./upstream.ts";

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
  const [upstream, imageWorld, builds, requests, notified] = await Promise.all([
    readUpstream(configuration),
    observeImages(environment, configuration, now),
    gerund("reading builds", readBuilds(environment.PROJECT_NAME, now)),
    gerund("reading requests", readRequests(environment.REQUESTS_PREFIX)),
    gerund("reading notifications", readNotified(environment.BUCKET)),
  ]);
  const { images, pauses, unreadable } = imageWorld;
  if (unreadable !== undefined || pauses === undefined) throw new Error(unreadable);
  const { STAGE: stage, RECIPE: recipe, HARVEST_RECIPE: harvestRecipe, BUCKET: bucket } = environment;
  const sources = Object.values(upstream).flatMap(({ harvestSource }) => knownValue(harvestSource));
  const versions = configuration.variants.flatMap(({ name }) => candidateVersions(name, upstream, images));
  const [harvests, binaries, leftovers] = await Promise.all([
    readHarvests(bucket, sources, harvestRecipe),
    readBinaries(versions, configuration.policies.kubernetesReleaseUrl),
    readLeftovers(stage, { now, builds, images }, remaining()),
  ]);
  const world: World = {
    ...imageWorld,
    stage,
    recipe,
    harvestRecipe,
    upstream,
    binaries,
    builds,
    harvests,
    references: {},
    requests,
    leftovers,
    instanceProfiles: environment.INSTANCE_PROFILES.split(","),
    notified,
    pauses,
  };
  return { ...world, references: await readReferences(retirementCandidates(world), remaining()) };
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
  const [imagesAndPauses, channels] = await Promise.all([
    gerund("reading images", readImagesAndPauses(environment)),
    gerund("reading channels", readChannels(environment.CHANNELS_PREFIX)),
  ]);
  return { now, configuration, ...imagesAndPauses, channels };
}

async function gerund<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new Error(`${doing}: ${(cause as Error).message}`, { cause });
  }
}
