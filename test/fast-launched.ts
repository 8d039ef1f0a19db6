import type { Refusal } from "../functions/domain/fast-launch-records.ts";
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
  world.fastLaunch = { recorded, refused: {}, state: "known", images };
  return story;
}

/** EC2 has just refused to begin that for the image, whatever it shows. */
export function fastLaunchRefused(story: Scene, image: string, of: Refusal["of"], reason: string): Scene {
  const { world } = story;
  const known = world.fastLaunch ?? { recorded: {}, refused: {}, state: "known" as const, images: {} };
  const recorded = { ...known.recorded, [image]: world.images.find(({ id }) => id === image)?.variant ?? core };
  world.fastLaunch = { ...known, recorded, refused: { ...known.refused, [image]: { of, reason, at: world.now } } };
  return story;
}

/** EC2 does not tell any more what has Fast Launch. */
export function fastLaunchUnknown(story: Scene, why = "DescribeFastLaunchImages: Throttling"): Scene {
  const { recorded = {} } = story.world.fastLaunch ?? {};
  story.world.fastLaunch = { recorded, refused: {}, state: "unknown", why };
  return story;
}
