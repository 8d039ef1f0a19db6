import { readAnnounced } from "./announcements.ts";
import { readBuilds } from "./builds.ts";
import { readChannels } from "./channels.ts";
import type { Configuration } from "./configuration.ts";
import type { Environment } from "./environment.ts";
import { readImages } from "./images.ts";
import { readRequests } from "./requests.ts";
import { readUpstream } from "./upstream.ts";
import type { World } from "./world.ts";

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
  const { STAGE: stage, RECIPE: recipe } = environment;
  return {
    now,
    stage,
    recipe,
    configuration,
    upstream,
    images,
    builds,
    channels,
    harvests: {},
    references: {},
    requests,
    announced,
  };
}

async function gerund<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new Error(`${doing}: ${(cause as Error).message}`, { cause });
  }
}
