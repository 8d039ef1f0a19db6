import type { ChannelName } from "../../config/channel-names.ts";
import type { Channel } from "../channels.ts";
import { type Image, isPublishable } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { describeChange, drift, type RecordedInputs } from "../inputs.ts";
import { lastNotified, lastWrite, publicationKey, readBackWithin, rejectionKey } from "../publishing/channel-writes.ts";
import type { ChannelDecision } from "../publishing/publish.ts";
import { channelBlockers } from "../publishing/soak-and-approval.ts";
import type { VariantState } from "../variant-state.ts";
import type { Keyed } from "./keyed.ts";
import { type StrandedNotification, stranded } from "./stranded-channels.ts";

/** What a channel holds, and therefore what nodes that follow it get. */
interface Publication {
  channel: ChannelName;
  image: string;
  /** What the channel held before; undefined if it held nothing or that is unknown. */
  previous: string | undefined;
  inputs: RecordedInputs;
  /** What changed against `previous`, input by input. */
  reasons: string[];
  /** Correlation ID of the build that made the image. */
  token: string | undefined;
}

/** How long the image takes to start, in milliseconds, and the image that the channel held before. */
interface PublishedStart {
  own: number;
  /** Undefined if that is unknown. */
  previous: number | undefined;
}

export type ChannelNotification =
  | ({ kind: "published"; start: PublishedStart | undefined } & Publication)
  /** As `published`, but to an older image, because no node should start the newer one. */
  | ({ kind: "rolled-back"; previous: string; why: string } & Publication)
  /** About the newest image that only its approval keeps out. */
  | { kind: "approval-wanted"; channel: ChannelName; image: string; holds: string | undefined; inputs: RecordedInputs }
  | { kind: "write-rejected"; channel: ChannelName; image: string; holds: string | undefined }
  | StrandedNotification;

export function channelNotifications(
  world: IndexedWorld,
  state: VariantState,
  decisions: readonly ChannelDecision[],
): Keyed<ChannelNotification>[] {
  return decisions.flatMap((next) =>
    [published, approvalWanted, writeRejected, stranded].flatMap((read) => read(world, state, next)),
  );
}

function published(world: IndexedWorld, state: VariantState, next: ChannelDecision): Keyed<ChannelNotification>[] {
  const { channel } = next;
  const variant = state.variant.name;
  const current = world.channels[variant]?.[channel];
  const image = state.images.find(({ id }) => id === current?.image);
  if (!current || !image) return [];
  if (mayGetItsTag(world, channel, image, current) && next.decision !== "publish") return [];
  const keyOf = (kind: "published" | "rolled-back") => publicationKey(kind, variant, channel, current);
  // The replaced image may have become good or bad since the notification. It is still the same write.
  if (world.notified.has(keyOf("published")) || world.notified.has(keyOf("rolled-back"))) return [];
  const { previous, reasons } = changesIn(world, state, channel, image);
  const { token, inputs } = image;
  const common = { variant, at: current.writtenAt, channel, image: image.id, inputs, reasons, token };
  const why = previous && whyLeft(state, image, previous);
  if (previous && why) return [{ ...common, kind: "rolled-back", key: keyOf("rolled-back"), previous, why }];
  if (repeatsLastNotified(world, variant, channel, current)) return [];
  const start = startOf(state, image, previous);
  return [{ ...common, kind: "published", key: keyOf("published"), previous, start }];
}

function startOf({ images }: VariantState, image: Image, previous: string | undefined): PublishedStart | undefined {
  const own = image.measured.start;
  const before = images.find(({ id }) => id === previous);
  return own === undefined ? undefined : { own, previous: before?.measured.start };
}

/**
 * Whether the tag of this very write may still become visible. Without it the previous image, and so a roll-back, is
 * unknown.
 */
function mayGetItsTag({ now }: IndexedWorld, channel: ChannelName, image: Image, { writtenAt }: Channel): boolean {
  const tagged = image.published[channel]?.at ?? 0;
  return now - writtenAt < readBackWithin && Math.abs(writtenAt - tagged) >= readBackWithin;
}

/** Two writes of one image in a row, made because its tag became visible late, are one publication. */
function repeatsLastNotified(
  world: IndexedWorld,
  variant: string,
  channel: ChannelName,
  { version, image, writtenAt }: Channel,
): boolean {
  const last = lastNotified(world, variant, channel);
  // A channel that was deleted long after that and made anew may have the same version.
  return last?.version === version - 1 && last.image === image && writtenAt - last.writtenAt < 2 * readBackWithin;
}

/**
 * What the channel held before, and what changed since. The image's own tag tells, if this service was the last to
 * write the channel.
 */
function changesIn(
  world: IndexedWorld,
  state: VariantState,
  channel: ChannelName,
  image: Image,
): { previous: string | undefined; reasons: string[] } {
  const write = image.published[channel];
  if (!write || lastWrite(world, state, channel)?.image.id !== image.id)
    return { previous: undefined, reasons: ["the parameter was not written by this service"] };
  const { previous } = write;
  if (previous === undefined) return { previous, reasons: ["first image of the channel"] };
  const before = state.images.find(({ id }) => id === previous);
  return {
    previous,
    reasons: before
      ? drift(before.inputs, image.inputs).map(describeChange)
      : [`${previous} is gone, so there is nothing to compare with`],
  };
}

/**
 * Why the channel left `previous` for an older image; undefined if it did not. A missing image counts as being as old
 * as its build.
 */
function whyLeft({ images, builds }: VariantState, image: Image, previous: string): string | undefined {
  const before = images.find(({ id }) => id === previous);
  const createdAt = before?.createdAt ?? builds.find((build) => build.image === previous)?.startedAt;
  if (createdAt === undefined || createdAt <= image.createdAt) return undefined;
  if (!before) return `${previous} is gone`;
  if (before.revoked) return `${previous} is revoked: ${before.revoked.reason}`;
  return before.state === "available" ? undefined : `${previous} is ${before.state}`;
}

function approvalWanted(world: IndexedWorld, state: VariantState, next: ChannelDecision): Keyed<ChannelNotification>[] {
  const { channel } = next;
  const variant = state.variant.name;
  const holds = world.channels[variant]?.[channel]?.image;
  if (next.decision !== "wait") return [];
  const image = state.publishable.find((one) => {
    // The first image of a channel does not soak, an approval also ends the wait for a slow start, and Fast Launch is not
    // begun before it.
    const [first, ...more] = channelBlockers(world, channel, one).filter(
      ({ of }) => of === "approval" || of === "kubernetes" || (of === "soak" && holds !== undefined),
    );
    return first?.of === "approval" && more.length === 0 && next.reasons.includes(first.why);
  });
  if (!image) return [];
  const { id, inputs } = image;
  const key = `approval-wanted/${id}`;
  return [{ kind: "approval-wanted", key, variant, at: world.now, channel, image: id, holds, inputs }];
}

function writeRejected(
  world: IndexedWorld,
  state: VariantState,
  { channel }: ChannelDecision,
): Keyed<ChannelNotification>[] {
  const last = lastWrite(world, state, channel);
  if (last?.outcome !== "rejected" || !isPublishable(last.image)) return [];
  const variant = state.variant.name;
  const image = last.image.id;
  return [
    {
      kind: "write-rejected",
      key: rejectionKey(world, variant, channel, image),
      variant,
      at: last.at + readBackWithin,
      channel,
      image,
      holds: world.channels[variant]?.[channel]?.image,
    },
  ];
}
