import { pageAnswer } from "../../functions/api/page/answer.ts";
import { statusPageAnswer } from "../../functions/api/page/status-page.ts";
import { timelinePage } from "../../functions/api/page/timeline-page.ts";
import { statusOf } from "../../functions/api/status.ts";
import { type Memory, timelineOf } from "../../functions/api/timeline.ts";
import type { World } from "../../functions/domain/world.ts";

/** What a browser gets of `GET /`. */
export function statusAnswer(world: World, query: { variant?: string; from?: string; images?: "all" | "none" } = {}) {
  const { policies } = world.configuration;
  return statusPageAnswer((room) => statusOf(world, "/channels", undefined, { images: "all", ...query, room }), {
    policies,
    ...query,
  });
}

/** What a browser gets of `GET /timeline`. */
export function timelineAnswer(world: World, variant: string, memory: Memory) {
  return pageAnswer(200, timelinePage(timelineOf(world, variant, memory, "/channels")));
}
