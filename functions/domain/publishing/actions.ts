import type { ChannelName } from "../../config/channel-names.ts";
import { iso } from "../../config/time.ts";
import type { IndexedImageWorld } from "../indexed-world.ts";
import type { VariantImages } from "../variant-state.ts";
import { wasHeldSince } from "./channel-writes.ts";
import type { ChannelDecision } from "./publish.ts";

/** A write to a channel. */
export type PublishAction = { do: "publish"; variant: string } & Omit<
  Extract<ChannelDecision, { decision: "publish" }>,
  "decision"
>;

/**
 * Records that the channel was read while it held a write of the image. Before that an image counts as written, but not
 * as held.
 */
export interface ConfirmAction {
  do: "confirm";
  variant: string;
  channel: ChannelName;
  image: string;
  reasons: string[];
}

/** A channel that waits. `until` is in milliseconds since the epoch; undefined if only a change or a person helps. */
export interface ChannelWait {
  do: "wait";
  variant: string;
  for: ChannelName;
  until: number | undefined;
  reasons: string[];
}

export type ChannelAction = ConfirmAction | PublishAction | ChannelWait;

/** The writes that a variant's channels need, and what they wait for. */
export function channelActions(
  world: IndexedImageWorld,
  state: VariantImages,
  decisions: readonly ChannelDecision[],
): ChannelAction[] {
  const variant = state.variant.name;
  return decisions.flatMap((next): ChannelAction[] => {
    const { channel, reasons } = next;
    const confirm = confirmation(world, state, channel);
    if (next.decision === "stay") return confirm;
    if (next.decision === "wait")
      return [...confirm, { do: "wait", variant, for: channel, until: next.until, reasons }];
    const { image, previous, leaves } = next;
    return [...confirm, { do: "publish", variant, channel, image, previous, leaves, reasons }];
  });
}

function confirmation(world: IndexedImageWorld, state: VariantImages, channel: ChannelName): ConfirmAction[] {
  const variant = state.variant.name;
  const current = world.channels[variant]?.[channel];
  const image = state.images.find(({ id }) => id === current?.image);
  if (!current || !image?.published[channel] || wasHeldSince(image, channel, current.writtenAt)) return [];
  const reasons = [`${channel} holds ${image.id} since ${iso(current.writtenAt)}`];
  return [{ do: "confirm", variant, channel, image: image.id, reasons }];
}
