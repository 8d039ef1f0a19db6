import type { Story } from "./act.ts";
import { families } from "./stories/families.ts";
import { fastLaunch } from "./stories/fast-launch.ts";
import { fleets } from "./stories/fleets.ts";
import { main } from "./stories/main.ts";
import { places } from "./stories/places.ts";
import { safety } from "./stories/safety.ts";

export const storyNames = ["main", "safety", "families", "fleets", "fast-launch", "places"] as const;
export type StoryName = (typeof storyNames)[number];

export const stories: Record<StoryName, Story> = { main, safety, families, fleets, "fast-launch": fastLaunch, places };

export function isStoryName(name: string): name is StoryName {
  return storyNames.some((one) => one === name);
}
