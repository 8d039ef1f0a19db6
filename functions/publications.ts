import type { ChannelName } from "./channel-names.ts";
import type { Image } from "./images.ts";
import { minute } from "./time.ts";
import type { VariantState } from "./variant-state.ts";
import type { World } from "./world.ts";

/**
 * The last write to a channel, as the tag on its image records it. `pending` until it is read back or {@link readBackWithin} has passed,
 * `rejected` after that; `settled` where the channel holds it, or held it until something else was written.
 */
export interface LastPublication {
  image: Image;
  /** Milliseconds since the epoch. */
  at: number;
  outcome: "pending" | "rejected" | "settled";
}

/** Parameter Store looks for the image within seconds; a write that cannot be read back for so long, in milliseconds, was rejected, or never made. */
export const readBackWithin = 5 * minute;

/** What has become of the last write to a channel; undefined where none is recorded. */
export function lastPublication(world: World, state: VariantState, channel: ChannelName): LastPublication | undefined {
  const [last] = state.images
    .flatMap((image) => {
      const publication = image.published[channel];
      return publication ? [{ image, at: publication.at }] : [];
    })
    .toSorted((a, b) => b.at - a.at);
  return last && { ...last, outcome: outcomeOf(world, state, channel, last) };
}

function outcomeOf(
  world: World,
  { variant }: VariantState,
  channel: ChannelName,
  { image, at }: { image: Image; at: number },
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
