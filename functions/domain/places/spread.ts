import { uniqBy } from "es-toolkit";
import { hour, iso } from "../../config/time.ts";
import type { Image } from "../images.ts";
import type { IndexedImageWorld } from "../indexed-world.ts";
import { whyPaused } from "../pauses.ts";
import { targetOf, whyLeft } from "./channels-there.ts";
import { type KnownState, placedImage, standingOf } from "./place-state.ts";

/** What becomes of an image of home's that a channel of a place is to hold. */
export type SpreadDecision = { image: string; variant: string } & (
  | { decision: "there"; id: string }
  | { decision: "copy" /** Counts from 1. */; attempt: number; reasons: string[] }
  | { decision: "share"; reasons: string[] }
  | { decision: "wait"; reasons: string[]; until: number | undefined }
);

/**
 * How many copies to a place may be under way at once. EC2 limits them by destination and does not say by how much; of
 * snapshots it copies 20 at once (EC2 user guide, "Copy an Amazon EBS snapshot").
 */
const copiesAtOnce = 5;

/** How long after a failure or a refusal the next attempt begins, in milliseconds: twice as long each time. */
const firstPause = hour;
const longestPause = 24 * hour;

/** Images that a place's channels are to hold, in the order of the variants. */
export function wantedThere(world: IndexedImageWorld, { place }: Pick<KnownState, "place">): Image[] {
  const all = world.configuration.variants.flatMap(({ name }) =>
    place.channels.flatMap((channel) => targetOf(world, name, channel).image ?? []),
  );
  return uniqBy(all, ({ id }) => id);
}

/** Decides what to copy to a place, or to share with it. What is needed to leave a bad image does not wait for a pause. */
export function decideSpread(world: IndexedImageWorld, state: KnownState): SpreadDecision[] {
  let room = copiesAtOnce - pendingCopies(world, state);
  return wantedThere(world, state).map((image): SpreadDecision => {
    const decision = spreadOf(world, state, image);
    if (decision.decision !== "copy" || room-- > 0) return decision;
    const reasons = [`${copiesAtOnce} copies to ${state.place.name} are under way`];
    return { image: image.id, variant: image.variant, decision: "wait", reasons, until: undefined };
  });
}

function pendingCopies(world: IndexedImageWorld, state: KnownState): number {
  if (state.place.method === "share") return 0;
  return Object.keys(state.history.images).filter((image) => standingOf(state, image, world.now).standing === "pending")
    .length;
}

function spreadOf(world: IndexedImageWorld, state: KnownState, { id: image, variant }: Image): SpreadDecision {
  const { place } = state;
  const about = { image, variant };
  const standing = standingOf(state, image, world.now);
  if (standing.standing === "available" || standing.standing === "disabled")
    return { ...about, decision: "there", id: standing.id };
  if (standing.standing === "pending") {
    const reasons = [place.method === "copy" ? `EC2 copies it since ${iso(standing.since)}` : "it was just shared"];
    return { ...about, decision: "wait", reasons, until: undefined };
  }
  const paused = mustLeave(world, state, variant) ? undefined : whyPaused(world, variant);
  if (paused) return { ...about, decision: "wait", reasons: [paused], until: undefined };
  const rest = restOf(state, image, standing);
  if (rest && rest.until > world.now) return { ...about, decision: "wait", reasons: [rest.why], until: rest.until };
  const reasons = [`${place.name} is to have it`, ...(rest ? [rest.why] : [])];
  if (place.method === "share") return { ...about, decision: "share", reasons };
  return { ...about, decision: "copy", attempt: standing.failures + 1, reasons };
}

function mustLeave(world: IndexedImageWorld, state: KnownState, variant: string): boolean {
  return state.place.channels.some((channel) => {
    const current = state.observed.channels[variant]?.[channel];
    return current !== undefined && whyLeft(world, state, current) !== undefined;
  });
}

/** What went wrong last, and until when nothing is tried again; undefined if nothing did. */
function restOf(
  state: KnownState,
  image: string,
  standing: { standing: string; failures?: number; at?: number; why?: string },
): { why: string; until: number } | undefined {
  const { refused } = placedImage(state, image);
  const failed = standing.standing === "failed" ? { at: standing.at ?? 0, why: standing.why ?? "" } : undefined;
  if (refused && refused.at >= (failed?.at ?? 0))
    return { why: `AWS refused to ${refused.of} it: ${refused.reason}`, until: refused.at + firstPause };
  if (!failed) return undefined;
  const pause = Math.min(longestPause, firstPause * 2 ** ((standing.failures ?? 1) - 1));
  return { why: `EC2 could not copy it: ${failed.why}`, until: failed.at + pause };
}
