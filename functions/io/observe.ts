import type { Configuration } from "../config/configuration.ts";
import type { Environment } from "../config/environment.ts";
import type { Observed } from "../config/observed.ts";
import { retirementCandidates } from "../domain/publishing/retention.ts";
import type { World } from "../domain/world.ts";
import { readBuilds } from "./builds.ts";
import { readChannels } from "./channels.ts";
import { readHarvests } from "./harvests.ts";
import { type Image, isPublishable, newestFirst, readImages } from "./images.ts";
import { readBinaries } from "./kubernetes-releases.ts";
import { readAnnounced } from "./notifications.ts";
import { readReferences } from "./references.ts";
import { readRequests } from "./requests.ts";
import { readUpstream, type Upstream } from "./upstream.ts";

/**
 * Reads the whole world. An upstream that does not answer is part of what was seen; that AWS does not answer for what is ours is not.
 * @throws Error when images, builds, channels, requests or announcements could not be read: nothing may be decided then
 */
export async function observe(environment: Environment, configuration: Configuration, now: number): Promise<World> {
  const [upstream, images, builds, channels, requests, announced] = await Promise.all([
    readUpstream(configuration),
    gerund("reading images", readImages(environment.STAGE)),
    gerund("reading builds", readBuilds(environment.PROJECT_NAME, now)),
    gerund("reading channels", readChannels(environment.CHANNELS_PREFIX)),
    gerund("reading requests", readRequests(environment.REQUESTS_PREFIX)),
    gerund("reading announcements", readAnnounced(environment.BUCKET)),
  ]);
  const { STAGE: stage, RECIPE: recipe, HARVEST_RECIPE: harvestRecipe, BUCKET: bucket } = environment;
  const sources = Object.values(upstream).flatMap(({ harvestSource }) => known(harvestSource));
  const versions = configuration.variants.flatMap(({ name }) => versionsWanted(name, upstream, images));
  const [harvests, binaries] = await Promise.all([
    readHarvests(bucket, sources, harvestRecipe),
    readBinaries(versions, configuration.policies.kubernetesReleaseUrl),
  ]);
  const world: World = {
    now,
    stage,
    recipe,
    harvestRecipe,
    configuration,
    upstream,
    binaries,
    images,
    builds,
    channels,
    harvests,
    references: {},
    requests,
    announced,
  };
  return { ...world, references: await readReferences(retirementCandidates(world)) };
}

/**
 * What people's decisions about images need, and no more: images and channels. Of everything else nothing is known, so that a bad image can
 * be taken back while CodeBuild, S3 or what is released elsewhere does not answer.
 * @throws Error when images or channels could not be read
 */
export async function observeImages(
  environment: Environment,
  configuration: Configuration,
  now: number,
): Promise<World> {
  const [images, channels] = await Promise.all([
    gerund("reading images", readImages(environment.STAGE)),
    gerund("reading channels", readChannels(environment.CHANNELS_PREFIX)),
  ]);
  return {
    now,
    stage: environment.STAGE,
    recipe: environment.RECIPE,
    harvestRecipe: environment.HARVEST_RECIPE,
    configuration,
    upstream: {},
    binaries: {},
    images,
    builds: [],
    channels,
    harvests: {},
    references: {},
    requests: {},
    announced: new Set(),
  };
}

/** The Kubernetes versions that a build of the variant may take: the wanted one, or that of its newest image, which is never gone below. */
export function versionsWanted(variant: string, upstream: Record<string, Upstream>, images: Image[]): string[] {
  const newest = newestFirst(images.filter((image) => image.variant === variant).filter(isPublishable))[0];
  return [...known(upstream[variant]?.kubernetes), ...(newest ? [newest.inputs.kubernetes] : [])];
}

function known(observed: Observed | undefined): string[] {
  return observed?.state === "known" ? [observed.value] : [];
}

async function gerund<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new Error(`${doing}: ${(cause as Error).message}`, { cause });
  }
}
