import type { Configuration } from "../config/configuration.ts";
import type { Environment } from "../config/environment.ts";
import { candidateVersions, knownValue } from "../domain/building/preflight.ts";
import { retirementCandidates } from "../domain/publishing/retention.ts";
import type { ImageWorld, World } from "../domain/world.ts";
import { readBuilds } from "./builds.ts";
import { readChannels } from "./channels.ts";
import { readHarvests } from "./harvests.ts";
import { readBinaries } from "./kubernetes-releases.ts";
import { readNotified } from "./notifications.ts";
import { readImages } from "./recorded-images.ts";
import { readReferences } from "./references.ts";
import { readRequests } from "./requests.ts";
import { readUpstream } from "./upstream.ts";

/**
 * Reads the whole world. An upstream that does not answer becomes part of the world.
 * @throws Error if images, records, builds, channels, requests or notifications could not be read: without them nothing
 * may be decided
 */
export async function observe(environment: Environment, configuration: Configuration, now: number): Promise<World> {
  const [upstream, imageWorld, builds, requests, notified] = await Promise.all([
    readUpstream(configuration),
    observeImages(environment, configuration, now),
    gerund("reading builds", readBuilds(environment.PROJECT_NAME, now)),
    gerund("reading requests", readRequests(environment.REQUESTS_PREFIX)),
    gerund("reading notifications", readNotified(environment.BUCKET)),
  ]);
  if (imageWorld.unreadable) throw new Error(imageWorld.unreadable);
  const { STAGE: stage, RECIPE: recipe, HARVEST_RECIPE: harvestRecipe, BUCKET: bucket } = environment;
  const { images } = imageWorld;
  const sources = Object.values(upstream).flatMap(({ harvestSource }) => knownValue(harvestSource));
  const versions = configuration.variants.flatMap(({ name }) => candidateVersions(name, upstream, images));
  const [harvests, binaries] = await Promise.all([
    readHarvests(bucket, sources, harvestRecipe),
    readBinaries(versions, configuration.policies.kubernetesReleaseUrl),
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
    notified,
  };
  return { ...world, references: await readReferences(retirementCandidates(world)) };
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
  const [images, channels] = await Promise.all([
    gerund("reading images", readImages(environment)),
    gerund("reading channels", readChannels(environment.CHANNELS_PREFIX)),
  ]);
  return { now, configuration, ...images, channels };
}

async function gerund<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new Error(`${doing}: ${(cause as Error).message}`, { cause });
  }
}
