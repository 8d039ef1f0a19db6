import type { ChannelName } from "../../config/channel-names.ts";
import { fastLaunchOf, hasFailed } from "../fast-launches.ts";
import type { PublishableImage } from "../images.ts";
import type { IndexedImageWorld } from "../indexed-world.ts";
import { mustLeave } from "./replacement.ts";
import type { ChannelBlocker } from "./soak-and-approval.ts";

/**
 * With `before: "publication"` a channel waits for the image's first snapshot: until EC2 has it or could not make it, at
 * most `maxWait` longer than for the rest. A channel that must leave what it holds does not wait.
 */
export function fastLaunchBlocker(
  world: IndexedImageWorld,
  channel: ChannelName,
  { id, variant, provedAt, approved }: PublishableImage,
): ChannelBlocker[] {
  const { fastLaunch: policy, soak } = world.configuration.policies;
  if (policy?.before !== "publication" || !policy.channels.includes(channel)) return [];
  const shown = fastLaunchOf(world.fastLaunch, id);
  if (shown && (shown.state === "enabled" || hasFailed(shown))) return [];
  const until = dueAt({ channel, soak, provedAt, approvedAt: approved?.at }) + policy.maxWait;
  if (until <= world.now || mustLeave(world, variant, channel)) return [];
  return [{ of: "fast-launch", why: `${id} waits for its Fast Launch (${shown?.state ?? "not begun"})`, until }];
}

interface Waits {
  channel: ChannelName;
  soak: number;
  provedAt: number;
  approvedAt: number | undefined;
}

/** When the channel would take the image without Fast Launch, in milliseconds since the epoch. */
function dueAt({ channel, soak, provedAt, approvedAt = 0 }: Waits): number {
  return channel === "candidate" ? provedAt : Math.max(provedAt + soak, approvedAt);
}
