import type { ChannelName } from "../../config/channel-names.ts";
import { minute } from "../../config/time.ts";
import { type Image, isNewer, isPublishable } from "../../io/images.ts";
import type { Stock } from "../variant-state.ts";
import type { World } from "../world.ts";

/**
 * The last write to a channel, as the tag on its image records it. `pending` until it is read back or {@link readBackWithin} has passed,
 * `rejected` after that; `settled` where the channel holds it, or held it until something else was written.
 */
export interface LastPublication extends Written {
  outcome: "pending" | "rejected" | "settled";
}

interface Written {
  image: Image;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Parameter Store looks for the image within seconds; a write that cannot be read back for so long, in milliseconds, was rejected, or never made. */
export const readBackWithin = 5 * minute;

/** What has become of the last write to a channel; undefined where none is recorded. A writer that a newer image has overtaken gave up. */
export function lastPublication(world: World, state: Stock, channel: ChannelName): LastPublication | undefined {
  const current = world.channels[state.variant.name]?.[channel]?.image;
  const held = state.images.find(({ id }) => id === current);
  const overtaker = held && isPublishable(held) && held.published[channel] ? held : undefined;
  const last = lastWritten(
    state.images.filter((image) => overtaker === undefined || !isNewer(overtaker, image)),
    channel,
  );
  return last && { ...last, outcome: outcomeOf(world, state, channel, last) };
}

/** The image that a tag says was written to the channel last, whatever has become of it. */
export function lastWritten(images: readonly Image[], channel: ChannelName): Written | undefined {
  return images.flatMap((image) => writtenTo(channel, image) ?? []).toSorted((a, b) => b.at - a.at)[0];
}

/** Whether a write of the image to the channel may still land there. */
export function isUnderWay(world: World, state: Stock, channel: ChannelName, image: Image): boolean {
  const written = writtenTo(channel, image);
  return written !== undefined && outcomeOf(world, state, channel, written) === "pending";
}

function writtenTo(channel: ChannelName, image: Image): Written | undefined {
  const publication = image.published[channel];
  return publication && { image, at: publication.at };
}

function outcomeOf(
  world: World,
  { variant }: Stock,
  channel: ChannelName,
  { image, at }: Written,
): LastPublication["outcome"] {
  const current = world.channels[variant.name]?.[channel];
  if (current && (current.image === image.id || current.writtenAt > at)) return "settled";
  if (world.now - at < readBackWithin) return "pending";
  // A channel that is gone and whose image was announced has been deleted by somebody.
  const wasHeld = toldPublications(world, variant.name, channel).some((told) => told.image === image.id);
  return current === undefined && wasHeld ? "settled" : "rejected";
}

/** Name of the record that subscribers were told what a channel holds; a later write of the same image has another version and another record. */
export function publicationKey(
  kind: (typeof publicationKinds)[number],
  variant: string,
  channel: ChannelName,
  { version, image }: { version: number; image: string },
): string {
  return `${kind}/${variant}/${channel}/${version}-${image}`;
}

/** Name of the record that subscribers were told of a rejected write; the same image over another one is another fact. */
export function rejectionKey(
  { channels }: Pick<World, "channels">,
  variant: string,
  channel: ChannelName,
  image: string,
): string {
  return `write-rejected/${variant}/${channel}/${channels[variant]?.[channel]?.version ?? 0}-${image}`;
}

/** What subscribers have been told that a channel held, by the parameter's version. */
export function toldPublications(
  { announced }: World,
  variant: string,
  channel: ChannelName,
): { version: number; image: string }[] {
  const place = `/${variant}/${channel}/`;
  return [...announced].flatMap((key) => {
    const [kind = "", told = ""] = key.split(place);
    const [, version, image] = /^(\d+)-(.+)$/.exec(told) ?? [];
    return isPublicationKind(kind) && image !== undefined ? [{ version: Number(version), image }] : [];
  });
}

const publicationKinds = ["published", "rolled-back"] as const;

function isPublicationKind(kind: string): boolean {
  return publicationKinds.some((one) => one === kind);
}
