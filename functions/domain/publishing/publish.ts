import type { ChannelName } from "../../config/channel-names.ts";
import { minorOf } from "../../config/kubernetes-versions.ts";
import { iso } from "../../config/time.ts";
import type { Channel } from "../../io/channels.ts";
import type { PublishableImage } from "../../io/images.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { type LastPublication, lastPublication, readBackWithin, rejectionKey } from "./channel-writes.ts";

/** What is to become of one channel of a variant. */
export type Promotion =
  | {
      channel: ChannelName;
      decision: "publish";
      image: string;
      previous: string | undefined;
      /** Why nobody should get what the channel holds; undefined where the image is only newer. */
      leaves: string | undefined;
      reasons: string[];
    }
  | {
      channel: ChannelName;
      decision: "wait";
      /** As above: the channel is stranded for now. */
      leaves: string | undefined;
      reasons: string[];
      until: number | undefined;
    }
  | { channel: ChannelName; decision: "stay"; reasons: string[] };

/** One thing that keeps a publishable image out of a channel. */
export interface Hindrance {
  of: "soak" | "approval" | "kubernetes";
  why: string;
  /** When it passes by itself, in milliseconds since the epoch. */
  until: number | undefined;
}

/** Decides which image a channel should hold (rules 1 to 3). */
export function promotion(world: World, state: VariantState, channel: ChannelName): Promotion {
  const current = world.channels[state.variant.name]?.[channel];
  const wait = (reasons: string[], until?: number, leaves?: string): Promotion => ({
    channel,
    decision: "wait",
    leaves,
    reasons: leaves === undefined ? reasons : [leaves, ...reasons],
    until,
  });
  const doubt = current && doubtAbout(world, current);
  if (doubt) return wait([`cannot tell what the channel holds: ${doubt}`]);

  const last = lastPublication(world, state, channel);
  if (last?.outcome === "pending")
    return wait([`${last.image.id} was written at ${iso(last.at)}, not read back yet`], last.at + readBackWithin);

  const leaves = current && reasonToLeave(world, current);
  const refused = leaves === undefined ? undefined : twiceInVain(world, state, channel, last);
  const best = bestFor(world, state, channel, refused) ?? bestFor(world, state, channel);
  const why = best && reasonToMove(world, current, best);
  if (best && why)
    return { channel, decision: "publish", image: best.id, previous: current?.image, leaves, reasons: [why] };

  const hindered = state.publishable
    .filter((image) => reasonToMove(world, current, image) !== undefined)
    .flatMap((image) => hindrances(world, channel, image));
  if (hindered.length > 0)
    return wait(
      hindered.map((one) => one.why),
      earliest(hindered),
      leaves,
    );
  if (leaves) return wait(["no other image can be published", ...retired(state)], undefined, leaves);
  return {
    channel,
    decision: "stay",
    reasons: [current ? `holds ${current.image}` : "no image has proved itself yet"],
  };
}

/**
 * The image whose write was rejected, as subscribers were told, and then once more: better an older one at once than the same in vain. It follows
 * once the channel is good again.
 */
function twiceInVain(
  world: World,
  state: VariantState,
  channel: ChannelName,
  last: LastPublication | undefined,
): string | undefined {
  if (last?.outcome !== "rejected") return undefined;
  const key = rejectionKey(world, state.variant.name, channel, last.image.id);
  return world.announced.has(key) ? last.image.id : undefined;
}

/**
 * Rule 2: the newest publishable image that nothing keeps out of the channel. The first image of a channel does not soak; it needs its
 * approval all the same, for nodes that are there already would follow it too.
 */
function bestFor(
  world: World,
  state: VariantState,
  channel: ChannelName,
  without?: string,
): PublishableImage | undefined {
  const publishable = state.publishable.filter(({ id }) => id !== without);
  const free = publishable.find((image) => hindrances(world, channel, image).length === 0);
  if (free || world.channels[state.variant.name]?.[channel]) return free;
  return publishable.find((image) => hindrances(world, channel, image).every(({ until }) => until !== undefined));
}

/** What a person can bring back where nothing else is left: the newest good image that retention has disabled. */
function retired({ images }: VariantState): string[] {
  const usable = images.find(
    ({ state, retiredAt, proof, revoked }) =>
      state === "disabled" && retiredAt !== undefined && proof === "passed" && revoked === undefined,
  );
  return usable
    ? [`${usable.id}, which retention has disabled, can: aws ec2 enable-image --image-id ${usable.id}`]
    : [];
}

/** Whether a channel takes the image by itself, now or once it has soaked, unless a newer one comes first. */
export function mayTake(world: World, state: VariantState, channel: ChannelName, image: PublishableImage): boolean {
  const current = world.channels[state.variant.name]?.[channel];
  const passes = hindrances(world, channel, image).every(({ until }) => until !== undefined);
  return passes && (current?.holds.status === "unknown" || reasonToMove(world, current, image) !== undefined);
}

/**
 * What keeps a publishable image out of a channel. The name of a variant may survive its Kubernetes minor: nodes of a newer one than the cluster's
 * may not join, and an older one is only gone back to. `candidate` takes every one at once; a channel takes back what it was given before, for
 * a soak or an approval that is asked for since then must not leave a rollback without a way.
 */
export function hindrances(
  world: World,
  channel: ChannelName,
  { id, variant, inputs, provedAt, approved, published }: PublishableImage,
): Hindrance[] {
  const minor = world.configuration.variants.find(({ name }) => name === variant)?.kubernetes;
  const isOther = minor !== undefined && !inputs.kubernetes.startsWith(`${minor}.`);
  if (isOther && (!published[channel] || minorOf(inputs.kubernetes) > minorOf(minor)))
    return [
      {
        of: "kubernetes",
        why: `${id} is of Kubernetes ${inputs.kubernetes}, the variant of ${minor}`,
        until: undefined,
      },
    ];
  if (channel === "candidate" || published[channel]) return [];
  const { soak, approval } = world.configuration.policies;
  const soaked = provedAt + soak;
  return [
    ...(soaked > world.now ? [{ of: "soak" as const, why: `${id} soaks`, until: soaked }] : []),
    ...(approval === "manual" && !approved
      ? [{ of: "approval" as const, why: `${id} waits for its approval`, until: undefined }]
      : []),
  ];
}

function earliest(hindrances: readonly Hindrance[]): number | undefined {
  const ends = hindrances.flatMap(({ until }) => until ?? []);
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

/** Why the channel should leave what it holds for this image; undefined where it should not (rule 3). */
function reasonToMove(world: World, current: Channel | undefined, image: PublishableImage): string | undefined {
  if (!current) return `${image.id} is the first image of the channel`;
  if (image.id === current.image) return undefined;
  const { holds } = current;
  const bad = reasonToLeave(world, current);
  if (bad) return bad;
  return holds.status === "described" && image.createdAt > holds.createdAt
    ? `${image.id} is newer than ${current.image}`
    : undefined;
}

/** Why nobody should get what the channel holds, newer images or not, whichever variant's it is; undefined where that is good or nobody knows. */
export function reasonToLeave({ images }: World, { holds, image }: Channel): string | undefined {
  if (holds.status === "gone") return `${image} is gone`;
  if (holds.status === "described" && holds.state === "disabled") return `${image} is disabled`;
  const revoked = images.find(({ id }) => id === image)?.revoked;
  return revoked === undefined ? undefined : `${image} is revoked: ${revoked.reason}`;
}

/** Why nobody can tell what the channel's image is now. An image that one call lists and the other does not is no more gone than there. */
function doubtAbout({ images }: World, { holds, image }: Channel): string | undefined {
  if (holds.status === "unknown") return holds.why;
  return holds.status === "gone" && images.some(({ id, state }) => id === image && state !== "deregistered")
    ? `${image} is among our images, but cannot be described by its ID`
    : undefined;
}
