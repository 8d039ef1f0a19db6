import type { ChannelName } from "../../config/channel-names.ts";
import type { Channel } from "../channels.ts";
import type { PublishableImage } from "../images.ts";
import { heldImage, type IndexedImageWorld } from "../indexed-world.ts";

/** Why the channel should leave what it holds for this image; undefined if it should not (rule 3). */
export function reasonToMove(
  world: IndexedImageWorld,
  current: Channel | undefined,
  image: PublishableImage,
): string | undefined {
  if (!current) return `${image.id} is the first image of the channel`;
  if (image.id === current.image) return undefined;
  const { holds } = current;
  const bad = reasonToLeave(world, current);
  if (bad) return bad;
  return holds.status === "described" && image.createdAt > holds.createdAt
    ? `${image.id} is newer than ${current.image}`
    : undefined;
}

/**
 * Why no node should start what the channel holds, whichever variant made it; undefined if the image is good or its
 * state is unknown.
 */
export function reasonToLeave(world: IndexedImageWorld, { holds, image }: Channel): string | undefined {
  if (holds.status === "gone") return `${image} is gone`;
  if (holds.status === "described" && holds.state === "disabled") return `${image} is disabled`;
  return whyRevoked(world, image);
}

/** Whether the variant's channel holds what no node should start, so that it waits for nothing that may wait. */
export function mustLeave(world: IndexedImageWorld, variant: string, channel: ChannelName): boolean {
  const current = world.channels[variant]?.[channel];
  return current !== undefined && reasonToLeave(world, current) !== undefined;
}

/** Why no node should start what the channel holds, or EC2 would refuse to; undefined if nothing is known against it. */
export function whyUnfit(world: IndexedImageWorld, channel: Channel): string | undefined {
  const { holds, image } = channel;
  const isUnavailable = holds.status === "described" && holds.state !== "available";
  return reasonToLeave(world, channel) ?? (isUnavailable ? `EC2 says that ${image} is ${holds.state}` : undefined);
}

/**
 * Why an image that a channel holds is revoked; undefined if it is not. Whoever deletes all tags of a revoked image does
 * not take its revocation back.
 */
export function whyRevoked(world: IndexedImageWorld, image: string): string | undefined {
  const own = heldImage(world, image);
  if (own) return own.revoked && `${image} is revoked: ${own.revoked.reason}`;
  return world.revokedByRecord.has(image) ? `${image} is revoked: ${withoutTags}` : undefined;
}

/** What to do about a revoked image that is no longer listed. */
export const withoutTags =
  "a person has deleted its tags stage or variant; to take the revocation back, write them again, then POST /unrevoke";

/**
 * Why the state of the channel's image is uncertain. An image that one call lists and another call does not is neither
 * there nor gone.
 */
export function whyUncertain(world: IndexedImageWorld, { holds, image }: Channel): string | undefined {
  if (holds.status === "unknown") return holds.why;
  if (holds.status !== "gone") return undefined;
  const listed = heldImage(world, image);
  return listed && listed.state !== "deregistered"
    ? `${image} is among our images, but cannot be described by its ID`
    : undefined;
}
