import type { ChannelName } from "../../config/channel-names.ts";
import { second } from "../../config/time.ts";
import { type Image, isPublishable, whyNotPublishable } from "../images.ts";
import { heldImage, type IndexedImageWorld } from "../indexed-world.ts";
import { whyPaused } from "../pauses.ts";
import { readBackWithin } from "../publishing/channel-writes.ts";
import { variantImages } from "../variant-state.ts";
import { type KnownState, originOf, placedImage, proofsOf, standingOf, whyRevoked } from "./place-state.ts";

/** What should happen to one channel of a place. `image` is home's, `id` the same image's there. */
export type ThereDecision =
  | { decision: "current"; image: string; id: string }
  | {
      decision: "publish";
      image: string;
      id: string;
      /** What the channel holds, by its ID there. */
      previous: string | undefined;
      /** Why no node should start what the channel holds; undefined if home's channel has only moved on. */
      leaves: string | undefined;
      reasons: string[];
    }
  | {
      decision: "wait";
      leaves: string | undefined;
      reasons: string[];
      /** In milliseconds since the epoch; undefined if only a change or a person helps. */
      until: number | undefined;
    };

/** What a channel of a place shall hold: home's image, or why there is none. */
export type Target = { image: Image } | { image?: never; why: string };

/** What home's channel holds, if this service made it and a node may start it. */
export function targetOf(world: IndexedImageWorld, variant: string, channel: ChannelName): Target {
  const held = world.channels[variant]?.[channel]?.image;
  if (held === undefined) return { why: `${channel} holds nothing at home` };
  const image = heldImage(world, held);
  if (!image) return { why: `${channel} holds ${held} at home, which this service did not make` };
  const unfit = whyNotPublishable(image);
  return unfit ? { why: `${channel} holds ${held} at home, which ${unfit}` } : { image };
}

/** Decides what a channel of a place should hold (rule 20). */
export function decideThere(
  world: IndexedImageWorld,
  state: KnownState,
  variant: string,
  channel: ChannelName,
): ThereDecision {
  const current = state.observed.channels[variant]?.[channel];
  const wait = (reasons: string[], until?: number, leaves?: string): ThereDecision => ({
    decision: "wait",
    leaves,
    reasons: leaves === undefined ? reasons : [leaves, ...reasons],
    until,
  });
  if (world.unreadable !== undefined) return wait([world.unreadable]);
  if (current?.holds.status === "unknown") return wait([current.holds.why]);
  const leaves = current && whyLeft(world, state, current);
  const target = targetOf(world, variant, channel);
  const missing = target.image ? whyNotReady(world, state, target.image.id, leaves) : { why: target.why };
  const next =
    target.image && !missing
      ? target.image
      : leaves === undefined
        ? undefined
        : fallback(world, state, { variant, channel, leaves });
  if (!next) return wait([missing?.why ?? "nothing can be published"], missing?.until, leaves);
  const standing = standingOf(state, next.id, world.now);
  const id = "id" in standing ? standing.id : next.id;
  if (current?.image === id) return { decision: "current", image: next.id, id };
  if (!world.configuration.policies.publish)
    return wait(["policies.publish is false in config.ts, so no channel is written"], undefined, leaves);
  const paused = leaves === undefined ? whyPaused(world, variant) : undefined;
  if (paused) return wait([paused]);
  const written = placedImage(state, next.id).written[channel];
  const isRead = written !== undefined && (current?.writtenAt ?? 0) >= Math.floor(written / second) * second;
  if (written !== undefined && !isRead && world.now - written < readBackWithin)
    return wait([`${id} was written and not read back yet`], written + readBackWithin, leaves);
  const why = leaves ?? `${channel} holds ${next.id} at home`;
  return { decision: "publish", image: next.id, id, previous: current?.image, leaves, reasons: [why] };
}

interface Missing {
  why: string;
  until?: number | undefined;
}

/**
 * Why no channel there may take the image yet; undefined if one may.
 * @param leaves why the channel must leave what it holds: then a missing grant, which that needs as well, is no reason to stay
 */
export function whyNotReady(
  world: IndexedImageWorld,
  state: KnownState,
  image: string,
  leaves?: string,
): Missing | undefined {
  const { place, observed } = state;
  const standing = standingOf(state, image, world.now);
  if (standing.standing === "absent") return { why: `${image} is not there yet` };
  if (standing.standing === "pending")
    return {
      why: place.method === "copy" ? `EC2 still copies ${image} to ${standing.id}` : `${image} was just shared`,
    };
  if (standing.standing === "failed") return { why: `EC2 could not copy ${image}: ${standing.why}` };
  if (standing.standing === "disabled") return { why: `${standing.id} is ${standing.image.state}` };
  if (observed.withoutGrant !== undefined && place.method === "share" && leaves === undefined)
    return { why: observed.withoutGrant };
  if (!place.prove) return undefined;
  const [proof] = proofsOf(state, image, standing.id);
  if (proof?.result === "passed") return undefined;
  return { why: proof ? `${standing.id} failed its proof there` : `${standing.id} has not booted there yet` };
}

/** Why no node there should start what the channel holds; undefined if it is good or unknown. */
export function whyLeft(
  world: IndexedImageWorld,
  state: KnownState,
  { holds, image: id }: { image: string; holds: { status: string; state?: string } },
): string | undefined {
  if (holds.status === "gone") return `${id} is gone`;
  if (holds.status === "described" && holds.state === "disabled") return `${id} is disabled`;
  const image = originOf(state, id);
  if (image === undefined) return undefined;
  return whyRevoked(world, image);
}

/**
 * The newest image that home's channel has held and a channel there may take at once, for a channel that must leave what
 * it holds before home's image is there.
 */
function fallback(
  world: IndexedImageWorld,
  state: KnownState,
  { variant, channel, leaves }: { variant: string; channel: ChannelName; leaves: string },
): Image | undefined {
  return variantImages(world, variant).images.find(
    (image) =>
      isPublishable(image) && image.held[channel] !== undefined && !whyNotReady(world, state, image.id, leaves),
  );
}
