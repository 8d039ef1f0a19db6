import type { ChannelName } from "../../config/channel-names.ts";
import type { Image, PublishableImage } from "../images.ts";
import type { IndexedImageWorld } from "../indexed-world.ts";
import { describeSlowStart, type SlowStart, slowStartOf } from "../slow-starts.ts";
import { mustLeave } from "./replacement.ts";

/** What keeps a slow image out of a channel: a wait that always ends. */
export interface SlowStartHold {
  of: "slow";
  why: string;
  /** In milliseconds since the epoch. */
  until: number;
}

/** How the image is slow; undefined if it is not, or if there is nothing to judge by. */
export function slownessOf(world: IndexedImageWorld, image: Image): SlowStart | undefined {
  return slowStartOf(world.configuration.policies.slowStart, world.images.get(image.variant) ?? [], image);
}

/**
 * Until when channels wait for a slow image: `maxHold` after its proof, in milliseconds since the epoch. Undefined if
 * none waits, because nothing says so, that time is over or a person has approved the image.
 */
export function heldUntil(world: IndexedImageWorld, image: PublishableImage): number | undefined {
  return holdOf(world, image)?.until;
}

function holdOf(world: IndexedImageWorld, image: PublishableImage): { slow: SlowStart; until: number } | undefined {
  const { maxHold } = world.configuration.policies.slowStart;
  if (maxHold === undefined || image.approved) return undefined;
  const until = image.provedAt + maxHold;
  const slow = until > world.now ? slownessOf(world, image) : undefined;
  return slow && { slow, until };
}

/** A channel that must leave what it holds waits for no start: slow nodes are better than bad ones. */
export function slowStartHold(
  world: IndexedImageWorld,
  channel: ChannelName,
  image: PublishableImage,
): SlowStartHold | undefined {
  const hold = holdOf(world, image);
  if (!hold || mustLeave(world, image.variant, channel)) return undefined;
  return { of: "slow", why: `${image.id} ${describeSlowStart(hold.slow)}`, until: hold.until };
}
