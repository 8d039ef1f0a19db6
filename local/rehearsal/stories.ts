import type { Story } from "./act.ts";
import { families } from "./stories/families.ts";
import { main } from "./stories/main.ts";
import { safety } from "./stories/safety.ts";

export const storyNames = ["main", "safety", "families"] as const;
export type StoryName = (typeof storyNames)[number];

export const stories: Record<StoryName, Story> = { main, safety, families };

export function isStoryName(name: string): name is StoryName {
  return storyNames.some((one) => one === name);
}
