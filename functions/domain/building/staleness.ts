import { nextPatchTuesday } from "../../config/patch-tuesday.ts";
import { day } from "../../config/time.ts";
import type { PublishableImage } from "../../io/images.ts";
import { areComplete, type Change, clipTag, describeChange, drift } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { lostImages } from "./lost-images.ts";
import { obstacles } from "./preflight.ts";

/** How a variant stands: what of its newest publishable image is behind, and for how long. */
export interface Standing {
  variant: string;
  /** The newest image that can be published. */
  image: string | undefined;
  /** What has changed since it was made. */
  drift: string[];
  /**
   * Since when the variant has been behind its inputs, in milliseconds since the epoch; undefined where it is not. It is as long ago as is
   * certain, and may be longer:
   * - a missed Patch Tuesday counts from its own moment, however many came after it; a base from AWS's release of the one that is wanted now,
   *   a request from the latest one: of those before them nothing is known any more
   * - nothing tells when Kubernetes, the recipe, the settings or a harvest changed, so that they count from the first build that took them,
   *   and until there is one from now
   * - a variant without an image counts from its oldest trace, or from the revocation that took its last image away
   */
  behindSince: number | undefined;
  /** Whether it is behind and its last build has failed. A build that a person stopped is no failure. */
  failing: boolean;
  /** What of upstream is missing or does not answer, so that nothing can be built, and nobody knows whether anything should. */
  blockedBy: string[];
}

export function standingOf(world: World, state: VariantState): Standing {
  const newest = state.publishable[0];
  const changes = newest ? drift(newest.inputs, state.desired) : [];
  const isBehind = !newest || changes.length > 0;
  return {
    variant: state.variant.name,
    image: newest?.id,
    drift: newest ? changes.map(describeChange) : ["no image of the variant can be published"],
    behindSince: isBehind ? behindSince(world, state, newest, changes) : undefined,
    failing: isBehind && hasFailed(world, state),
    blockedBy: blockedBy(world, state, isBehind),
  };
}

/** What a build would need is asked for only where one is wanted. */
function blockedBy(world: World, state: VariantState, isBehind: boolean): string[] {
  const { upstream, desired } = state;
  if (!upstream) return state.unknown;
  const { baseAmi, kubernetes, harvestSource } = upstream;
  const silent = [baseAmi, kubernetes, harvestSource].flatMap((one) => (one && one.state !== "known" ? [one.why] : []));
  return silent.length === 0 && isBehind && areComplete(desired) ? obstacles(world, state, desired) : silent;
}

function behindSince(
  world: World,
  state: VariantState,
  newest: PublishableImage | undefined,
  changes: Change[],
): number {
  if (!newest) return Math.min(world.now, withoutImageSince(state));
  return Math.min(
    world.now,
    ...changes.map((change) => {
      const told = changedAt(world, state, change);
      // AWS may have gone back to an older base: its release says nothing of when that was.
      return told >= newest.createdAt ? told : firstTaken(state, change, newest.createdAt);
    }),
  );
}

/** When the input got the value that is wanted, as somebody tells it; not a number where nobody does. */
function changedAt({ requests, configuration }: World, { variant, upstream }: VariantState, change: Change): number {
  switch (change.input) {
    case "patchTuesday":
      return firstMissed(change, configuration.policies.patchTuesday);
    case "baseAmi":
      return upstream?.baseReleasedAt ?? Number.NaN;
    case "request":
      return Date.parse(requests[variant.name]?.at ?? "");
    default:
      return Number.NaN;
  }
}

/** The first Patch Tuesday after the recorded one. It has passed in every time zone a day later. */
function firstMissed({ from = "", to }: Change, policy: Parameters<typeof nextPatchTuesday>[1]): number {
  const recorded = Date.parse(from);
  return nextPatchTuesday(Number.isNaN(recorded) ? Date.parse(to) - 2 * day : recorded + 2 * day, policy);
}

/** When the variant's first build since the newest image took the value; never where none has. */
function firstTaken({ builds }: VariantState, { input, to }: Change, since: number): number {
  const times = builds
    .filter(({ inputs, startedAt }) => startedAt >= since && clipTag(inputs[input] ?? "") === clipTag(to))
    .map(({ startedAt }) => startedAt);
  return Math.min(...times);
}

function withoutImageSince({ builds, images }: VariantState): number {
  const revocations = images.flatMap(({ revoked }) => revoked?.at ?? []);
  if (revocations.length > 0) return Math.max(...revocations);
  return Math.min(...builds.map(({ startedAt }) => startedAt), ...images.map(({ createdAt }) => createdAt));
}

function hasFailed(world: World, state: VariantState): boolean {
  const last = state.builds.find(({ status }) => status !== "running");
  return last?.status === "failed" || lostImages(world, state).some((lost) => lost === last);
}
