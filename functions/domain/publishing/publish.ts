import { maxBy } from "es-toolkit";
import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import { iso } from "../../config/time.ts";
import type { PublishableImage } from "../images.ts";
import type { IndexedImageWorld } from "../indexed-world.ts";
import { whyPaused } from "../pauses.ts";
import type { VariantImages } from "../variant-state.ts";
import { type LastWrite, lastWrite, readBackWithin, rejectionKey } from "./channel-writes.ts";
import { reasonToLeave, reasonToMove, whyUncertain } from "./replacement.ts";
import { type ChannelBlocker, channelBlockers, passWithTime } from "./soak-and-approval.ts";

/** What should happen to one channel of a variant. */
export type ChannelDecision =
  | {
      channel: ChannelName;
      decision: "publish";
      image: string;
      previous: string | undefined;
      /** Why no node should start what the channel holds; undefined if the image is only newer. */
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

const publishingIsOff = "policies.publish is false in config.ts, so no channel is written";

/** The decision about each of a variant's channels. */
export function decideChannels(world: IndexedImageWorld, state: VariantImages): ChannelDecision[] {
  return channelNames.map((channel) => decideChannel(world, state, channel));
}

/** Decides which image a channel should hold (rules 1 to 3 and 15). */
export function decideChannel(world: IndexedImageWorld, state: VariantImages, channel: ChannelName): ChannelDecision {
  const current = world.channels[state.variant.name]?.[channel];
  const wait = (reasons: string[], until?: number, leaves?: string): ChannelDecision => ({
    channel,
    decision: "wait",
    leaves,
    reasons: leaves === undefined ? reasons : [leaves, ...reasons],
    until,
  });
  const uncertain = current && whyUncertain(world, current);
  if (uncertain) return wait([`the state of the channel's image is uncertain: ${uncertain}`]);

  const last = lastWrite(world, state, channel);
  if (last?.outcome === "pending")
    return wait([`${last.image.id} was written at ${iso(last.at)}, not read back yet`], last.at + readBackWithin);

  const leaves = current && reasonToLeave(world, current);
  const candidates = state.publishable.filter((image) => reasonToMove(world, current, image) !== undefined);
  if (!world.configuration.policies.publish && (leaves || candidates.length > 0))
    return wait([publishingIsOff], undefined, leaves);

  const rejected = leaves === undefined ? undefined : rejectedTwice(world, state, channel, last);
  const best = bestFor(world, state, channel, rejected) ?? bestFor(world, state, channel);
  const why = best && reasonToMove(world, current, best);
  const paused = leaves === undefined ? whyPaused(world, state.variant.name) : undefined;
  if (best && why && paused) return wait([why, paused]);
  if (best && why)
    return { channel, decision: "publish", image: best.id, previous: current?.image, leaves, reasons: [why] };

  const blocked = candidates.map((image) => channelBlockers(world, channel, image));
  const blockers = blocked.flat();
  if (blockers.length > 0)
    return wait(
      [...blockers.map((blocker) => blocker.why), paused ?? []].flat(),
      paused ? undefined : earliest(blocked),
      leaves,
    );
  if (leaves) return wait(["no other image can be published", ...enableAgain(state)], undefined, leaves);
  return {
    channel,
    decision: "stay",
    reasons: [current ? `holds ${current.image}` : "no image has been proved yet"],
  };
}

/**
 * The image whose write was rejected, as subscribers were notified, and then rejected once more. If a write was
 * rejected twice, fall back to an older image now; retry the newer one once the channel is healthy.
 */
function rejectedTwice(
  world: IndexedImageWorld,
  state: VariantImages,
  channel: ChannelName,
  last: LastWrite | undefined,
): string | undefined {
  if (last?.outcome !== "rejected") return undefined;
  const key = rejectionKey(world, state.variant.name, channel, last.image.id);
  return world.notified?.has(key) ? last.image.id : undefined;
}

/**
 * Rule 2: the newest publishable image without a blocker. The first image of a channel does not soak. It still needs
 * its approval, because nodes that exist already would follow it, too.
 */
function bestFor(
  world: IndexedImageWorld,
  state: VariantImages,
  channel: ChannelName,
  without?: string,
): PublishableImage | undefined {
  const publishable = state.publishable.filter(({ id }) => id !== without);
  const free = publishable.find((image) => channelBlockers(world, channel, image).length === 0);
  if (free || world.channels[state.variant.name]?.[channel]) return free;
  return publishable.find((image) => passWithTime(channelBlockers(world, channel, image)));
}

/** How an operator brings back the newest good image that retention has disabled, for when no other image is left. */
function enableAgain({ images }: VariantImages): string[] {
  const usable = images.find(
    ({ made, state, retiredAt, proof, revoked }) =>
      made && state === "disabled" && retiredAt !== undefined && proof === "passed" && revoked === undefined,
  );
  return usable
    ? [`${usable.id}, which retention has disabled, can: aws ec2 enable-image --image-id ${usable.id}`]
    : [];
}

/** Whether a channel takes the image without a person, now or once it has soaked, unless a newer one comes first. */
export function mayTake(
  world: IndexedImageWorld,
  state: VariantImages,
  channel: ChannelName,
  image: PublishableImage,
): boolean {
  const current = world.channels[state.variant.name]?.[channel];
  const passes = passWithTime(channelBlockers(world, channel, image));
  return passes && (current?.holds.status === "unknown" || reasonToMove(world, current, image) !== undefined);
}

/** When the first image has no more blockers that pass with time; undefined if none has such a blocker. */
function earliest(blocked: readonly (readonly ChannelBlocker[])[]): number | undefined {
  const ends = blocked.flatMap((blockers) => maxBy(blockers, ({ until = 0 }) => until)?.until ?? []);
  return ends.length > 0 ? Math.min(...ends) : undefined;
}
