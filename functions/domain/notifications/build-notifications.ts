import { takeWhile } from "es-toolkit";
import { iso } from "../../config/time.ts";
import type { BuildDecision, Purpose } from "../build-orders.ts";
import {
  harvestsFrom,
  isWithoutManifest,
  runsWithoutImage,
  runsWithoutManifest,
  settlingTime,
} from "../building/results.ts";
import { type EndedRun, isWorthReporting, retryOf } from "../building/retries.ts";
import type { Build } from "../builds.ts";
import type { Failure, FailureClass } from "../failures.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { canonical, type RecordedInputs, sha256 } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import type { Keyed } from "./keyed.ts";

interface About {
  purpose: Purpose;
  build: string;
  /** Correlation ID from plan to notification. */
  token: string;
  inputs: RecordedInputs;
  /** Link to the log in the AWS console. */
  log: string | undefined;
}

export type BuildNotification =
  | (About & {
      kind: "failed";
      failure: Failure;
      image: string | undefined;
      /** What the service does next about the variant, in one sentence. */
      next: string;
    })
  | (About & { kind: "gave-up"; why: string })
  /** The first success after failures that subscribers were notified of. */
  | (About & { kind: "recovered"; image: string | undefined; failures: number; last: FailureClass | undefined });

export function buildNotifications(
  world: IndexedWorld,
  state: VariantState,
  next: BuildDecision,
): Keyed<BuildNotification>[] {
  return state.builds.flatMap((build) => [...failed(world, state, build, next), ...recovered(world, state, build)]);
}

function failed(
  world: IndexedWorld,
  state: VariantState,
  build: Build,
  next: BuildDecision,
): Keyed<BuildNotification>[] {
  if (!build.failure && !isWithoutManifest(world, build)) return [];
  const runs = runsUntil(world, state, build);
  const failure = isWithoutManifest(world, build) ? runs.at(-1)?.failure : build.failure;
  const at = (build.endedAt ?? build.startedAt) + (build.status === "succeeded" ? settlingTime : 0);
  if (!failure || at > world.now || !isWorthReporting(runs)) return [];
  const { image } = build;
  const common = { ...about(state, build), at };
  const notifications: Keyed<BuildNotification>[] = [
    { ...common, kind: "failed", key: failedKey(build), failure, image, next: describeNext(next) },
  ];
  const retry = retryOf(runs, world.configuration.policies.network);
  if (retry.when === "never")
    notifications.push({
      ...common,
      kind: "gave-up",
      key: `gave-up/${common.variant}/${sha256(canonical(build.inputs)).slice(0, 16)}`,
      why: retry.why,
    });
  return notifications;
}

/** `The next attempt waits until 2026-11-30T10:00:00.000Z: the build of these inputs failed (capacity)` */
function describeNext(next: BuildDecision): string {
  if (next.decision === "start")
    return `The next ${next.wish.purpose} is ordered now: ${next.wish.reasons.join("; ")}.`;
  const reasons = next.reasons.join("; ");
  if (next.decision === "nothing") return `No further attempt: ${reasons}.`;
  return next.until === undefined
    ? `What happens next: ${reasons}.`
    : `The next attempt waits until ${iso(next.until)}: ${reasons}.`;
}

/**
 * The runs of the same inputs as they were known when this build ended, including it. Failures of a harvest count for
 * every variant that needs it.
 */
function runsUntil(world: IndexedWorld, state: VariantState, { purpose, inputs, startedAt }: Build): EndedRun[] {
  const all = purpose === "harvest" ? harvestsFrom(world, inputs.baseAmi) : state.builds;
  const builds = all.filter((build) => build.startedAt <= startedAt);
  return builds.some((build) => isWithoutManifest(world, build))
    ? runsWithoutManifest(builds, inputs)
    : runsWithoutImage({ ...state, builds }, inputs);
}

/** A harvest that succeeds does not end the failures of a build, nor the other way round. */
function recovered(world: IndexedWorld, state: VariantState, build: Build): Keyed<BuildNotification>[] {
  if (build.status !== "succeeded" || isWithoutManifest(world, build)) return [];
  const isHarvest = build.purpose === "harvest";
  const before = state.builds.filter(
    (one) => one.startedAt < build.startedAt && (one.purpose === "harvest") === isHarvest,
  );
  const wasReported = (one: Build) => world.notified.has(failedKey(one));
  // A success that was reported as a failure does not count as a success.
  const sinceSuccess = takeWhile(before, (one) => one.status !== "succeeded" || wasReported(one));
  const failures = sinceSuccess.filter(wasReported);
  if (failures.length === 0) return [];
  return [
    {
      ...about(state, build),
      kind: "recovered",
      key: `recovered/${build.id}`,
      at: build.endedAt ?? build.startedAt,
      image: build.image,
      failures: failures.length,
      last: failures[0]?.failure?.class,
    },
  ];
}

function about({ variant }: VariantState, { id: build, purpose, token, inputs, log }: Build) {
  return { variant: variant.name, purpose, build, token, inputs, log };
}

function failedKey({ id }: Build): string {
  return `failed/${id}`;
}
