import { maxBy, takeWhile } from "es-toolkit";
import type { ChannelName } from "../../config/channel-names.ts";
import { minute, second } from "../../config/time.ts";
import type { Channel } from "../channels.ts";
import { type Image, isNewer, isPublishable } from "../images.ts";
import type { IndexedImageWorld } from "../indexed-world.ts";
import type { VariantImages } from "../variant-state.ts";

/**
 * The last write to a channel, as the tag on its image records it. It is `pending` until it is read back or {@link
 * readBackWithin} has passed, and `rejected` after that. It is `settled` if the channel holds the image, or held it
 * until something else was written.
 */
export interface LastWrite extends RecordedWrite {
  outcome: "pending" | "rejected" | "settled";
}

interface RecordedWrite {
  image: Image;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * Parameter Store validates an image within seconds. A write not read back for this long, in milliseconds, was rejected
 * or never made.
 */
export const readBackWithin = 5 * minute;

/**
 * The last write to a channel and its outcome; undefined if no tag records one. A writer that a newer image has
 * overtaken gave up.
 */
export function lastWrite(world: IndexedImageWorld, state: VariantImages, channel: ChannelName): LastWrite | undefined {
  const current = world.channels[state.variant.name]?.[channel]?.image;
  const held = state.images.find(({ id }) => id === current);
  const overtaker = held && isPublishable(held) && held.published[channel] ? held : undefined;
  const { images } = state;
  const last = lastRecordedWrite(overtaker ? takeWhile(images, (one) => !isNewer(overtaker, one)) : images, channel);
  return last && { ...last, outcome: outcomeOf(world, state, channel, last) };
}

/** The image whose tag records the last write to the channel, whatever its outcome. */
export function lastRecordedWrite(images: readonly Image[], channel: ChannelName): RecordedWrite | undefined {
  const last = maxBy(images, ({ published }) => published[channel]?.at ?? Number.NEGATIVE_INFINITY);
  return last && writeOf(channel, last);
}

/** Whether a write of the image to the channel may still take effect. */
export function isUnderWay(
  world: IndexedImageWorld,
  state: VariantImages,
  channel: ChannelName,
  image: Image,
): boolean {
  const write = writeOf(channel, image);
  return write !== undefined && outcomeOf(world, state, channel, write) === "pending";
}

function writeOf(channel: ChannelName, image: Image): RecordedWrite | undefined {
  const write = image.published[channel];
  return write && { image, at: write.at };
}

function outcomeOf(
  world: IndexedImageWorld,
  { variant }: VariantImages,
  channel: ChannelName,
  { image, at }: RecordedWrite,
): LastWrite["outcome"] {
  const current = world.channels[variant.name]?.[channel];
  if (current && (current.image === image.id || current.writtenAt > at)) return "settled";
  if (world.now - at < readBackWithin) return "pending";
  if (current) return "rejected";
  // If the image was read back from the channel and the channel is gone, a person has deleted the parameter.
  return wasHeldSince(image, channel, at) ? "settled" : "rejected";
}

/** Whether a reconcile run has read the image back from the channel at or after this time. S3 counts whole seconds. */
export function wasHeldSince({ held }: Image, channel: ChannelName, time: number): boolean {
  return (held[channel] ?? Number.NEGATIVE_INFINITY) >= Math.floor(time / second) * second;
}

/**
 * Key of the notification of what a channel holds. Every write has another one, even if a person deletes the parameter:
 * then its versions count from 1 again, and only the time differs.
 */
export function publicationKey(
  kind: (typeof publicationKinds)[number],
  variant: string,
  channel: ChannelName,
  { version, image, writtenAt }: Write,
): string {
  return `${kind}/${variant}/${channel}/${version}-${image}/${writtenAt}`;
}

/** A write to a channel as its parameter shows it. */
type Write = Pick<Channel, "version" | "image" | "writtenAt">;

/** What subscribers were last notified that the channel held; undefined if that is unknown or long ago. */
export function lastNotified(
  { notifiedOf }: Pick<IndexedImageWorld, "notifiedOf">,
  variant: string,
  channel: ChannelName,
): Write | undefined {
  const writes = publicationKinds.flatMap((kind) => {
    const place = `${kind}/${variant}/${channel}/`;
    const keys = notifiedOf().get(`${kind}/${variant}`) ?? [];
    return keys.flatMap((key) => (key.startsWith(place) ? writeFromKey(key.slice(place.length)) : []));
  });
  return maxBy(writes, ({ writtenAt }) => writtenAt);
}

function writeFromKey(key: string): Write[] {
  const [, version, image, writtenAt] = /^(\d+)-(.+)\/(\d+)$/.exec(key) ?? [];
  return image === undefined ? [] : [{ version: Number(version), image, writtenAt: Number(writtenAt) }];
}

/**
 * Key of the notification of a rejected write. The same image over another write, or after the channel was deleted, has
 * another key.
 */
export function rejectionKey(
  world: Pick<IndexedImageWorld, "channels" | "notifiedOf">,
  variant: string,
  channel: ChannelName,
  image: string,
): string {
  const current = world.channels[variant]?.[channel];
  const before = (current ?? lastNotified(world, variant, channel))?.writtenAt ?? 0;
  return `write-rejected/${variant}/${channel}/${current?.version ?? 0}-${image}/${before}`;
}

export const publicationKinds = ["published", "rolled-back"] as const;
