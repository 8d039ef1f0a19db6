import type { ChannelName } from "../../config/channel-names.ts";
import { iso } from "../../config/time.ts";
import { type Image, isPublishable, whyNotPublishable } from "../images.ts";
import type { IndexedImageWorld } from "../indexed-world.ts";
import type { VariantImages } from "../variant-state.ts";
import { type ChannelDecision, decideChannel } from "./publish.ts";
import { channelBlockers } from "./soak-and-approval.ts";

/** What keeps an image out of a channel, with the end of each wait; empty if the channel may take it. */
export function explainBlockers(world: IndexedImageWorld, channel: ChannelName, image: Image): string[] {
  if (!isPublishable(image)) return [`${image.id} ${whyNotPublishable(image)}`];
  return channelBlockers(world, channel, image).map(({ why, until }) =>
    until === undefined ? why : `${why} until ${iso(until)}`,
  );
}

/** What the next reconcile run does to a channel, in one sentence. */
export function explainChannel(world: IndexedImageWorld, state: VariantImages, channel: ChannelName): string {
  return explainDecision(world, state, decideChannel(world, state, channel));
}

/** As {@link explainChannel}, if the decision is known already. */
export function explainDecision(world: IndexedImageWorld, { variant }: VariantImages, next: ChannelDecision): string {
  const { channel } = next;
  if (next.decision === "publish")
    return `${channel} takes ${next.image} in the next reconcile run (${next.reasons.join("; ")})`;
  const held = world.channels[variant.name]?.[channel]?.image;
  const holds = held ? `${channel} holds ${held}` : `${channel} holds nothing`;
  if (next.decision === "stay") return held ? holds : `${holds}: ${next.reasons.join("; ")}`;
  const until = next.until === undefined ? "" : ` until ${iso(next.until)}`;
  return `${holds}${until}: ${next.reasons.join("; ")}`;
}
