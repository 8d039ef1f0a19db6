import type { FastLaunch } from "../functions/domain/fast-launches.ts";
import type { Scene } from "./scene.ts";
import { core } from "./world.ts";

/** What EC2 shows of an image; by default that it has been enabled for an hour. */
export type Shown = Partial<FastLaunch> & {
  /** Whether this service has enabled it; true by default. */
  ours?: boolean;
};

/** EC2 shows this of Fast Launch from now on, by image ID, and nothing else. What was ours before stays ours. */
export function fastLaunched(story: Scene, shown: Readonly<Record<string, Shown>> = {}): Scene {
  const { world } = story;
  const recorded = { ...world.fastLaunch?.recorded };
  const images: Record<string, FastLaunch> = {};
  for (const [image, { ours = true, ...changes }] of Object.entries(shown)) {
    const since = world.now - 3_600_000;
    images[image] = {
      image,
      state: "enabled",
      reason: "Client.UserInitiated",
      since,
      maxParallelLaunches: 6,
      ...changes,
    };
    if (ours) recorded[image] = world.images.find(({ id }) => id === image)?.variant ?? core;
  }
  world.fastLaunch = { recorded, state: "known", images };
  return story;
}

/** EC2 does not tell any more what has Fast Launch. */
export function fastLaunchUnknown(story: Scene, why = "DescribeFastLaunchImages: Throttling"): Scene {
  const { recorded = {} } = story.world.fastLaunch ?? {};
  story.world.fastLaunch = { recorded, state: "unknown", why };
  return story;
}
