import type { Channel } from "../channels.ts";
import type { PublishableImage } from "../images.ts";
import type { ImageWorld } from "../world.ts";

/** Why the channel should leave what it holds for this image; undefined if it should not (rule 3). */
export function reasonToMove(
  world: ImageWorld,
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
export function reasonToLeave(world: ImageWorld, { holds, image }: Channel): string | undefined {
  if (holds.status === "gone") return `${image} is gone`;
  if (holds.status === "described" && holds.state === "disabled") return `${image} is disabled`;
  return whyRevoked(world, image);
}

/** Whoever deletes all tags of a revoked image does not take its revocation back. */
export function whyRevoked({ images, revokedByRecord }: ImageWorld, image: string): string | undefined {
  const own = images.find(({ id }) => id === image);
  if (own) return own.revoked && `${image} is revoked: ${own.revoked.reason}`;
  return revokedByRecord.includes(image) ? `${image} is revoked: ${withoutTags}` : undefined;
}

/** What to do about a revoked image that is no longer listed. */
export const withoutTags =
  "a person has deleted its tags stage or variant; to take the revocation back, write them again, then POST /unrevoke";

/**
 * Why the state of the channel's image is uncertain. An image that one call lists and another call does not is neither
 * there nor gone.
 */
export function whyUncertain({ images }: ImageWorld, { holds, image }: Channel): string | undefined {
  if (holds.status === "unknown") return holds.why;
  return holds.status === "gone" && images.some(({ id, state }) => id === image && state !== "deregistered")
    ? `${image} is among our images, but cannot be described by its ID`
    : undefined;
}
