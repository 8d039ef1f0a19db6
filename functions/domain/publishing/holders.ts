import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import { type Image, isPublishable } from "../images.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { lastRecordedWrite } from "./channel-writes.ts";
import { mayTake } from "./publish.ts";

/**
 * Channels that hold the image, held it last (a rollback returns to it, and so may a node that reads the parameter
 * late) or may take it.
 */
export function channelsOf(world: World, state: VariantState, image: Image): string[] {
  const { id } = image;
  const holders = holdersOf(world, image);
  if (holders.length > 0) return holders;
  return channelNames.flatMap((name) => {
    if (heldLast(world, state, name).has(id)) return [`${name} held it last`];
    return isPublishable(image) && mayTake(world, state, name, image) ? [`${name} may take it`] : [];
  });
}

/** Channels that hold the image, of any variant. */
export function holdersOf({ channels }: World, { id }: Image): string[] {
  return Object.entries(channels).flatMap(([variant, held]) =>
    channelNames.filter((name) => held[name]?.image === id).map((name) => `${variant}/${name} holds it`),
  );
}

/**
 * The image that the channel's image replaced, the image last written to the channel, and the image that that write was
 * to replace.
 */
function heldLast(world: World, state: VariantState, channel: ChannelName): Set<string | undefined> {
  const current = world.channels[state.variant.name]?.[channel]?.image;
  const last = lastRecordedWrite(state.images, channel)?.image;
  const previousOf = (image: Image | undefined) => image?.published[channel]?.previous;
  return new Set([last?.id, previousOf(last), previousOf(state.images.find(({ id }) => id === current))]);
}
