import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import { type Image, isPublishable } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import type { VariantState } from "../variant-state.ts";
import { lastRecordedWrite } from "./channel-writes.ts";
import { mayTake } from "./publish.ts";

/**
 * Tells of an image of the variant which channels hold it, held it last (a rollback returns to it, and so may a node
 * that reads the parameter late) or may take it.
 */
export function channelsOf(world: IndexedWorld, state: VariantState): (image: Image) => string[] {
  const last = channelNames.map((name) => ({ name, images: heldLast(world, state, name) }));
  return (image) => {
    const holders = holdersOf(world, image);
    if (holders.length > 0) return holders;
    return last.flatMap(({ name, images }) => {
      if (images.has(image.id)) return [`${name} held it last`];
      return isPublishable(image) && mayTake(world, state, name, image) ? [`${name} may take it`] : [];
    });
  };
}

/** Channels that hold the image, of any variant. */
export function holdersOf({ holders }: IndexedWorld, { id }: Image): string[] {
  return (holders.get(id) ?? []).map(({ variant, channel }) => `${variant}/${channel} holds it`);
}

/**
 * The image that the channel's image replaced, the image last written to the channel, and the image that that write was
 * to replace.
 */
export function heldLast(world: IndexedWorld, state: VariantState, channel: ChannelName): Set<string | undefined> {
  const current = world.channels[state.variant.name]?.[channel]?.image;
  const last = lastRecordedWrite(state.images, channel)?.image;
  const previousOf = (image: Image | undefined) => image?.published[channel]?.previous;
  return new Set([last?.id, previousOf(last), previousOf(state.images.find(({ id }) => id === current))]);
}
