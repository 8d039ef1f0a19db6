import type { Configuration } from "../config/configuration.ts";
import type { Environment } from "../config/environment.ts";
import { candidateVersions, knownValue } from "../domain/building/preflight.ts";
import { retirementCandidates } from "../domain/publishing/retention.ts";
import type { ImageWorld, World } from "../domain/world.ts";
import { readBuilds } from "./builds.ts";
import { readChannels } from "./channels.ts";
import { readHarvests } from "./harvests.ts";
import { readImages } from "./images.ts";
import { readBinaries } from "./kubernetes-releases.ts";
import { readLeftovers } from "./leftovers.ts";
import { readNotified } from "./notifications.ts";
import { readPauses } from "./pauses.ts";
import { readReferences } from "./references.ts";
import { readRequests } from "./requests.ts";
import { readUpstream } from "./upstream.ts";

/**
 * Reads the whole world. An upstream that does not answer is part of the world, and so is an image whose use EC2 does not
 * tell in time, and that nothing is known about what builds left behind.
 * @param remaining how long reading may still take, in milliseconds
 * @throws Error if images, builds, channels, requests, notifications or pauses could not be read: without them nothing may be
 * decided
 */
export async function observe(
  environment: Environment,
  configuration: Configuration,
  now: number,
  remaining: () => number,
): Promise<World> {
  const [upstream, imageWorld, builds, requests, notified, pauses] = await Promise.all([
    readUpstream(configuration),
    readImageWorld(environment, configuration, now),
    gerund("reading builds", readBuilds(environment.PROJECT_NAME, now)),
    gerund("reading requests", readRequests(environment.REQUESTS_PREFIX)),
    gerund("reading notifications", readNotified(environment.BUCKET)),
    gerund("reading pauses", readPauses(environment.BUCKET)),
  ]);
  const { STAGE: stage, RECIPE: recipe, HARVEST_RECIPE: harvestRecipe, BUCKET: bucket } = environment;
  const { images } = imageWorld;
  const sources = Object.values(upstream).flatMap(({ harvestSource }) => knownValue(harvestSource));
  const versions = configuration.variants.flatMap(({ name }) => candidateVersions(name, upstream, images));
  const [harvests, binaries, leftovers] = await Promise.all([
    readHarvests(bucket, sources, harvestRecipe),
    readBinaries(versions, configuration.policies.kubernetesReleaseUrl),
    readLeftovers(stage, { now, builds, images }),
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
 * or upstream does not answer. If the pauses could not be read, they are undefined.
 * @throws Error if images or channels could not be read
 */
export async function observeImages(
  environment: Environment,
  configuration: Configuration,
  now: number,
): Promise<ImageWorld> {
  const [world, pauses] = await Promise.all([
    readImageWorld(environment, configuration, now),
    readPauses(environment.BUCKET).catch(() => undefined),
  ]);
  return { ...world, pauses };
}

async function readImageWorld(
  environment: Environment,
  configuration: Configuration,
  now: number,
): Promise<ImageWorld> {
  const [images, channels] = await Promise.all([
    gerund("reading images", readImages(environment.STAGE)),
    gerund("reading channels", readChannels(environment.CHANNELS_PREFIX)),
  ]);
  return { now, configuration, images, channels };
}

async function gerund<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new Error(`${doing}: ${(cause as Error).message}`, { cause });
  }
}
