import type { ChannelName } from "../../config/channel-names.ts";
import { fastLaunchOf, hasFailed } from "../fast-launches.ts";
import type { PublishableImage } from "../images.ts";
import type { IndexedImageWorld } from "../indexed-world.ts";
import { mustLeave } from "./replacement.ts";
import { slownessOf } from "./slow-start-hold.ts";
import type { ChannelBlocker } from "./soak-and-approval.ts";

/**
 * With `before: "publication"` a channel waits for the image's first snapshot: until EC2 has it or could not make it, at
 * most `maxWait` longer than for the rest. A channel that must leave what it holds does not wait.
 */
export function fastLaunchBlocker(
  world: IndexedImageWorld,
  channel: ChannelName,
  image: PublishableImage,
): ChannelBlocker[] {
  const until = fastLaunchDueAt(world, channel, image);
  const shown = fastLaunchOf(world.fastLaunch, image.id);
  if (until === undefined || (shown && (shown.state === "enabled" || hasFailed(shown)))) return [];
  if (until <= world.now || mustLeave(world, image.variant, channel)) return [];
  return [{ of: "fast-launch", why: `${image.id} waits for its Fast Launch (${shown?.state ?? "not begun"})`, until }];
}

/**
 * When the channel takes the image with or without Fast Launch, in milliseconds since the epoch; undefined if it waits
 * for none.
 */
export function fastLaunchDueAt(
  world: IndexedImageWorld,
  channel: ChannelName,
  image: PublishableImage,
): number | undefined {
  const { fastLaunch: policy } = world.configuration.policies;
  if (policy?.before !== "publication" || !policy.channels.includes(channel)) return undefined;
  return otherWaitsEnd(world, channel, image) + policy.maxWait;
}

/** When the channel would take the image without Fast Launch, in milliseconds since the epoch. */
function otherWaitsEnd(world: IndexedImageWorld, channel: ChannelName, image: PublishableImage): number {
  const { provedAt, approved } = image;
  const { soak, slowStart } = world.configuration.policies;
  const isHeld = slowStart.maxHold !== undefined && !approved && slownessOf(world, image) !== undefined;
  const slow = isHeld ? provedAt + (slowStart.maxHold ?? 0) : 0;
  return channel === "candidate" ? Math.max(provedAt, slow) : Math.max(provedAt + soak, approved?.at ?? 0, slow);
}
