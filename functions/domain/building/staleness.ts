import { memoize } from "es-toolkit";
import { nextPatchTuesday } from "../../config/patch-tuesday.ts";
import { day } from "../../config/time.ts";
import type { BuildDecision } from "../build-orders.ts";
import type { PublishableImage } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { areComplete, type Change, clipTag, drift } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import { buildReasons, decideBuild } from "./decide.ts";
import { preflightBlockers } from "./preflight.ts";
import { isWithoutImage, lostImages } from "./results.ts";

/** What a variant's newest publishable image is behind, and for how long. */
export interface Staleness {
  variant: string;
  /** The newest publishable image. */
  image: string | undefined;
  /** Why a new image is wanted: what has changed since that image was made. */
  drift: string[];
  /**
   * Since when the variant has been behind its inputs, in milliseconds since the epoch; undefined if it is up to date.
   * The time is the earliest that is certain, so the true one may lie before it:
   * - A missed Patch Tuesday counts from its own time, even if others followed. A base counts from the release of the
   *   one that is wanted now, a request from the latest one: nothing is known about those before.
   * - Nothing tells when Kubernetes, the recipe, the settings or a harvest changed. They count from the first build
   *   that used the new value, and until there is one, from now.
   * - A variant without an image counts from its oldest trace, or from the revocation of its last image.
   */
  behindSince: number | undefined;
  /** Whether it is behind and its last build failed. A build that a person stopped is not a failure. */
  failing: boolean;
  /**
   * Since when no build has made an image, in milliseconds since the epoch, counted from the first failure while the
   * variant was behind; undefined if it is not failing.
   */
  failingSince: number | undefined;
  /** Whether it is failing and the inputs are not built again until one changes or a person asks. */
  gaveUp: boolean;
  /**
   * What is missing upstream or does not answer, so that nothing can be built or it is unknown whether anything should
   * be.
   */
  blockedBy: string[];
}

export function stalenessOf(world: IndexedWorld, state: VariantState): Staleness {
  const newest = state.publishable[0];
  const changes = newest ? drift(newest.inputs, state.desired) : [];
  const isBehind = !newest || changes.length > 0;
  const since = isBehind ? behindSince(world, state, newest, changes) : undefined;
  const failing = isBehind && hasFailed(world, state);
  return {
    variant: state.variant.name,
    image: newest?.id,
    drift: buildReasons(state),
    behindSince: since,
    failing,
    failingSince: failing ? Math.max(since ?? 0, firstFailure(state)) : undefined,
    gaveUp: failing && isGivenUp(decideBuild(world, state)),
    blockedBy: blockedBy(world, state, isBehind),
  };
}

function isGivenUp(decision: BuildDecision): boolean {
  return decision.decision === "wait" && decision.gaveUp === true;
}

/** Blockers of a build count only while a build is wanted. */
function blockedBy(world: IndexedWorld, state: VariantState, isBehind: boolean): string[] {
  const { upstream, desired } = state;
  if (!upstream) return state.unknown;
  const { baseAmi, kubernetes, harvestSource } = upstream;
  const silent = [baseAmi, kubernetes, harvestSource].flatMap((one) => (one && one.state !== "known" ? [one.why] : []));
  return silent.length === 0 && isBehind && areComplete(desired) ? preflightBlockers(world, state, desired) : silent;
}

function behindSince(
  world: IndexedWorld,
  state: VariantState,
  newest: PublishableImage | undefined,
  changes: Change[],
): number {
  if (!newest) return Math.min(world.now, withoutImageSince(state));
  return Math.min(
    world.now,
    ...changes.map((change) => {
      const changed = changedAt(world, state, change);
      // If AWS has gone back to an older base, that base's release time does not tell when.
      return changed >= newest.createdAt ? changed : firstBuildWith(state, change, newest.createdAt);
    }),
  );
}

/** When the input got the wanted value, in milliseconds since the epoch; NaN if no source tells. */
function changedAt(
  { requests, configuration }: IndexedWorld,
  { variant, upstream }: VariantState,
  change: Change,
): number {
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

type Policy = Parameters<typeof nextPatchTuesday>[1];

/** The first Patch Tuesday after the recorded one. A day after its date it has passed in every time zone. */
function firstMissed({ from = "", to }: Change, policy: Policy): number {
  const recorded = Date.parse(from);
  return firstAfter({ start: Number.isNaN(recorded) ? Date.parse(to) - 2 * day : recorded + 2 * day, policy });
}

/** Variants that are behind mostly have the same date. Dates in a time zone take 0.1 ms, twice as long as all else of one. */
const firstAfter = memoize(({ start, policy }: { start: number; policy: Policy }) => nextPatchTuesday(start, policy), {
  getCacheKey: ({ start, policy }) => [start, policy.time, policy.timeZone].join(),
});

/** When the variant's first build since the newest image used the new value; Infinity if none has. */
function firstBuildWith({ builds }: VariantState, { input, to }: Change, since: number): number {
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

/** When the first build since the variant's last success failed. */
function firstFailure({ builds, images }: VariantState): number {
  const ended = builds.filter(({ status }) => status !== "running");
  const success = ended.findIndex(
    (build) => build.purpose !== "harvest" && build.status === "succeeded" && !isWithoutImage(build, images),
  );
  const since = ended.slice(0, success === -1 ? ended.length : success);
  return Math.min(...since.map(({ endedAt, startedAt }) => endedAt ?? startedAt));
}

function hasFailed(world: IndexedWorld, state: VariantState): boolean {
  const last = state.builds.find(({ status }) => status !== "running");
  return last?.status === "failed" || lostImages(world, state).some((lost) => lost === last);
}
