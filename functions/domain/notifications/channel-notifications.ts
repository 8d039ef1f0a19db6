import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import { minute } from "../../config/time.ts";
import type { Channel } from "../../io/channels.ts";
import { type Image, isPublishable } from "../../io/images.ts";
import { describeChange, drift, type RecordedInputs, sha256 } from "../inputs.ts";
import {
  lastPublication,
  publicationKey,
  readBackWithin,
  rejectionKey,
  toldPublications,
} from "../publishing/channel-writes.ts";
import { hindrances, promotion, reasonToLeave } from "../publishing/publish.ts";
import type { Stock, VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import type { Told } from "./notification.ts";

/** What a channel holds, and what nodes that follow it will get. */
interface Publication {
  channel: ChannelName;
  image: string;
  /** What the channel held before; undefined where it held nothing, or nobody knows. */
  previous: string | undefined;
  inputs: RecordedInputs;
  /** Input by input what changed against `previous`. */
  reasons: string[];
  /** Correlation ID of the build that made it. */
  token: string | undefined;
}

export type ChannelFact =
  | ({ kind: "published" } & Publication)
  /** As `published`, but to an older image, because nobody should get the newer one. */
  | ({ kind: "rolled-back"; previous: string; why: string } & Publication)
  /** Of the newest image that nothing but its approval keeps out. */
  | { kind: "approval-wanted"; channel: ChannelName; image: string; holds: string | undefined; inputs: RecordedInputs }
  | { kind: "write-rejected"; channel: ChannelName; image: string; holds: string | undefined }
  /** Rule 3: a channel that nobody should follow and that nothing can take over now is somebody's business. */
  | {
      kind: "stranded";
      channel: ChannelName;
      image: string;
      why: string;
      waitsFor: string[];
      until: number | undefined;
      /** Whether its variant is: nobody writes the channels of one that is not. */
      configured: boolean;
    };

/** A channel that holds a revoked image so many milliseconds after the first look at that is not about to leave it, whatever is planned. */
const leftWithin = 15 * minute;

export function channelFacts(world: World, state: VariantState): Told<ChannelFact>[] {
  return channelNames.flatMap((channel) =>
    [published, approvalWanted, writeRejected, stranded].flatMap((read) => read(world, state, channel)),
  );
}

function published(world: World, state: VariantState, channel: ChannelName): Told<ChannelFact>[] {
  const variant = state.variant.name;
  const current = world.channels[variant]?.[channel];
  const image = state.images.find(({ id }) => id === current?.image);
  if (!current || !image) return [];
  if (isTagAwaited(world, channel, image, current) && promotion(world, state, channel).decision !== "publish")
    return [];
  const keyOf = (kind: "published" | "rolled-back") => publicationKey(kind, variant, channel, current);
  // What it replaced may have become good or bad since it was told: it is the same write all the same.
  if (world.announced.has(keyOf("published")) || world.announced.has(keyOf("rolled-back"))) return [];
  const { previous, reasons } = changesIn(world, state, channel, image);
  const { token, inputs } = image;
  const common = { variant, at: current.writtenAt, channel, image: image.id, inputs, reasons, token };
  const why = previous && whyLeft(state, image, previous);
  if (previous && why) return [{ ...common, kind: "rolled-back", key: keyOf("rolled-back"), previous, why }];
  if (isToldRightBefore(world, variant, channel, current)) return [];
  return [{ ...common, kind: "published", key: keyOf("published"), previous }];
}

/**
 * Whether the tag of this very write may still become visible: without it nobody can tell what the channel held before, nor that it went back.
 */
function isTagAwaited({ now }: World, channel: ChannelName, image: Image, { writtenAt }: Channel): boolean {
  const tagged = image.published[channel]?.at ?? 0;
  return now - writtenAt < readBackWithin && Math.abs(writtenAt - tagged) >= readBackWithin;
}

/** Two writes of one image in a row, where its tag became visible late, are one publication. With another's write between them they are two. */
function isToldRightBefore(
  world: World,
  variant: string,
  channel: ChannelName,
  { version, image }: Pick<Channel, "version" | "image">,
): boolean {
  return toldPublications(world, variant, channel).some((told) => told.version === version - 1 && told.image === image);
}

/** What the channel held before, and what changed since; its own tag says so, if the service was the last to write the channel. */
function changesIn(
  world: World,
  state: VariantState,
  channel: ChannelName,
  image: Image,
): { previous: string | undefined; reasons: string[] } {
  const publication = image.published[channel];
  if (!publication || lastPublication(world, state, channel)?.image.id !== image.id)
    return { previous: undefined, reasons: ["the parameter was not written by this service"] };
  const { previous } = publication;
  if (previous === undefined) return { previous, reasons: ["first image of the channel"] };
  const before = state.images.find(({ id }) => id === previous);
  return {
    previous,
    reasons: before
      ? drift(before.inputs, image.inputs).map(describeChange)
      : [`${previous} is gone: nobody can compare`],
  };
}

/** Why the channel went back from `previous` to an older image; undefined where it did not. An image that is gone is as old as its build. */
function whyLeft({ images, builds }: VariantState, image: Image, previous: string): string | undefined {
  const before = images.find(({ id }) => id === previous);
  const createdAt = before?.createdAt ?? builds.find((build) => build.image === previous)?.startedAt;
  if (createdAt === undefined || createdAt <= image.createdAt) return undefined;
  if (!before) return `${previous} is gone`;
  if (before.revoked) return `${previous} is revoked: ${before.revoked.reason}`;
  return before.state === "available" ? undefined : `${previous} is ${before.state}`;
}

function approvalWanted(world: World, state: VariantState, channel: ChannelName): Told<ChannelFact>[] {
  const variant = state.variant.name;
  const holds = world.channels[variant]?.[channel]?.image;
  const next = promotion(world, state, channel);
  if (next.decision !== "wait") return [];
  const image = state.publishable.find((one) => {
    // The first image of a channel does not soak.
    const [first, ...more] = hindrances(world, channel, one).filter(
      (against) => holds !== undefined || against.of !== "soak",
    );
    return first?.of === "approval" && more.length === 0 && next.reasons.includes(first.why);
  });
  if (!image) return [];
  const { id, inputs } = image;
  const key = `approval-wanted/${id}`;
  return [{ kind: "approval-wanted", key, variant, at: world.now, channel, image: id, holds, inputs }];
}

function writeRejected(world: World, state: VariantState, channel: ChannelName): Told<ChannelFact>[] {
  const last = lastPublication(world, state, channel);
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

function stranded(world: World, state: VariantState, channel: ChannelName): Told<ChannelFact>[] {
  const variant = state.variant.name;
  const current: Channel | undefined = world.channels[variant]?.[channel];
  const why = current && reasonToLeave(world, current);
  if (!current || why === undefined) return [];
  const next = promotion(world, state, channel);
  const { image } = current;
  const seenAt = world.images.find(({ id }) => id === image)?.withdrawnAt ?? world.now;
  const isLate = world.now - Math.max(current.writtenAt, seenAt) >= leftWithin;
  if (!isLate && (next.decision !== "wait" || next.leaves === undefined)) return [];
  const until = next.decision === "wait" ? next.until : undefined;
  const waitsFor =
    next.decision === "publish"
      ? [`${next.image} was to, and the channel has not taken it`]
      : next.reasons.filter((reason) => reason !== why);
  const key = strandedKey(world, variant, channel, { image, why });
  return [{ kind: "stranded", key, variant, at: world.now, channel, image, why, waitsFor, until, configured: true }];
}

/** Channels of a variant that is configured no more and that hold a revoked image: nobody writes them any more, but nodes may follow them. */
export function abandoned(world: World, { variant: { name: variant } }: Stock): Told<ChannelFact>[] {
  return channelNames.flatMap((channel): Told<ChannelFact>[] => {
    const image = world.channels[variant]?.[channel]?.image;
    const revoked = world.images.find(({ id }) => id === image)?.revoked;
    if (image === undefined || revoked === undefined) return [];
    const why = `${image} is revoked: ${revoked.reason}`;
    const key = strandedKey(world, variant, channel, { image, why });
    const waitsFor = [`${variant} is no variant any more: nobody writes its channels`];
    const common = { variant, at: world.now, channel, image, why, waitsFor, until: undefined };
    return [{ kind: "stranded", key, configured: false, ...common }];
  });
}

/** A revocation of the same image, once it was taken back, is another fact. */
function strandedKey(
  { images }: World,
  variant: string,
  channel: ChannelName,
  { image, why }: { image: string; why: string },
): string {
  const since = images.find(({ id }) => id === image)?.revoked?.at ?? sha256(why).slice(0, 16);
  return `stranded/${variant}/${channel}/${image}/${since}`;
}
