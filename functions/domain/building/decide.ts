import { iso } from "../../config/time.ts";
import { recipeOf } from "../../config/variant.ts";
import { type BuildDecision, wait } from "../build-orders.ts";
import type { Build } from "../builds.ts";
import { isBeingRestored, type PublishableImage } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { areComplete, describeChange, drift, type Inputs, type RecordedInputs, sameInputs } from "../inputs.ts";
import { whyPaused } from "../pauses.ts";
import { pendingFor } from "../starts.ts";
import type { VariantState } from "../variant-state.ts";
import { decideHarvest } from "./harvest.ts";
import { preflightBlockers } from "./preflight.ts";
import { decideProof } from "./proofs.ts";
import {
  describeLost,
  isWithoutImage,
  lostImages,
  runsWithoutImage,
  settlingBuild,
  settlingTime,
  wasRevoked,
} from "./results.ts";
import { retryOf } from "./retries.ts";

/**
 * Decides by rules 4 to 9, 11 and 15 whether a variant gets a build now. `limits.ts` then applies the limit on parallel
 * builds.
 */
export function decideBuild(world: IndexedWorld, state: VariantState): BuildDecision {
  const decision =
    waitForBuild(world, state) ??
    decideProof(world, state) ??
    decideHarvest(world, state) ??
    decideByDrift(world, state);
  if (decision.decision !== "start") return decision;
  const { wish } = decision;
  const paused = whyPaused(world, state.variant.name);
  if (paused) return wait([...wish.reasons, paused]);
  // Not even the same order is passed again: CodeBuild forgets its token before a run that stands still has ended.
  const pending = world.pendingStarts.get(state.variant.name)?.[0];
  if (!pending) return decision;
  const why = `an order of ${iso(pending.at)} may run already: CodeBuild does not list it yet`;
  return wait([...wish.reasons, why], pending.at + pendingFor);
}

function waitForBuild(world: IndexedWorld, state: VariantState): BuildDecision | undefined {
  const running = state.builds.find(({ status }) => status === "running");
  if (running) return wait(`${running.purpose} ${running.id} runs (${running.phase})`);
  const settling = settlingBuild(world, state);
  if (!settling) return undefined;
  const why = `${settling.id} has made ${settling.image}, which is not visible with all its tags yet`;
  return wait(why, (settling.endedAt ?? 0) + settlingTime);
}

function decideByDrift(world: IndexedWorld, state: VariantState): BuildDecision {
  const { variant, desired, unknown, upstream } = state;
  const newest = state.publishable[0];
  if (upstream?.baseAmi.state === "missing") return wait(["the base image does not exist", ...unknown]);
  const reasons = buildReasons(state);
  if (newest && reasons.length === 0)
    return { decision: "nothing", reasons: [`${newest.id} is up to date`, ...unknown] };
  reasons.push(...lostImages(world, state).slice(0, 1).map(describeLost));
  const inputs = { ...fallbackInputs(newest, desired), ...desired };
  if (!areComplete(inputs, recipeOf(variant)))
    return wait([...reasons, "the build waits until all inputs are known", ...unknown]);
  const blocker = buildBlocker(world, state, inputs);
  if (blocker) return wait([...reasons, blocker.why], blocker.until, blocker.gaveUp);
  const missing = preflightBlockers(world, state, inputs);
  if (missing.length > 0) return wait([...reasons, ...missing]);

  const same = state.builds.filter((build) => build.purpose === "build" && sameInputs(build.inputs, inputs));
  const attempt = same.length + 1;
  const baseReleased = iso(upstream?.baseReleasedAt ?? 0).slice(0, 10);
  const harvestSource = upstream?.harvestSource?.state === "known" ? upstream.harvestSource.value : undefined;
  return {
    decision: "start",
    wish: { purpose: "build", variant, inputs, attempt, reasons, baseReleased, harvestSource },
  };
}

/** Rule 4: why the variant needs a new image; empty if its newest one is up to date. */
export function buildReasons({ publishable: [newest], images, desired }: VariantState): string[] {
  if (newest) return drift(newest.inputs, desired).map(describeChange);
  const why = images.length === 0 ? "first image of the variant" : "no image of the variant can be published";
  return desired.request === undefined
    ? [why]
    : [why, describeChange({ input: "request", from: undefined, to: desired.request })];
}

/**
 * When a blocked build may start, in milliseconds since the epoch; undefined if only a change or a person unblocks it.
 */
interface BuildBlocker {
  why: string;
  until: number | undefined;
  gaveUp?: true;
}

/** Rules 6 to 9: why a wanted build does not start now; undefined if nothing blocks it. */
function buildBlocker(world: IndexedWorld, state: VariantState, inputs: Inputs): BuildBlocker | undefined {
  return (
    restoredInputs(world, state, inputs) ??
    revokedInputs(world, state, inputs) ??
    retryBlocker(world, state, inputs) ??
    tooSoon(world, state)
  );
}

/**
 * An image that is about to be enabled again, because it is no longer revoked, needs no second one. Once it is enabled,
 * EC2 may still show it as disabled for a while.
 */
function restoredInputs({ now }: IndexedWorld, { images }: VariantState, inputs: Inputs): BuildBlocker | undefined {
  const same = images.filter((image) => image.made && drift(image.inputs, inputs).length === 0);
  const next = same.find(isBeingRestored);
  if (next) return { why: `${next.id} has the same inputs and is being restored`, until: undefined };
  return same.flatMap(({ id, state, restoredAt }) => {
    if (state !== "disabled" || restoredAt === undefined || now - restoredAt >= settlingTime) return [];
    const why = `${id} has the same inputs and was restored at ${iso(restoredAt)}, which is not visible yet`;
    return [{ why, until: restoredAt + settlingTime }];
  })[0];
}

/** Rule 7: the inputs of a revoked image are not built again. The inputs of an image not made here are a mere claim. */
function revokedInputs(
  world: IndexedWorld,
  { images, builds }: VariantState,
  inputs: Inputs,
): BuildBlocker | undefined {
  const revoked = images.find(
    (image) => image.made && image.revoked !== undefined && drift(image.inputs, inputs).length === 0,
  );
  if (revoked)
    return { why: `${revoked.id} has the same inputs and is revoked: ${revoked.revoked?.reason}`, until: undefined };
  const gone = builds.find(
    (build) => isWithoutImage(build, images) && sameInputs(build.inputs, inputs) && wasRevoked(world, build.image),
  );
  if (!gone) return undefined;
  const why = `${gone.image} had the same inputs, was revoked and is gone: waiting for a change or a request`;
  return { why, until: undefined };
}

/** Rule 6: failed inputs wait before the next attempt, or for a change. */
function retryBlocker(world: IndexedWorld, state: VariantState, inputs: Inputs): BuildBlocker | undefined {
  const ended = runsWithoutImage(state, inputs);
  if (ended.length === 0) return undefined;
  const retry = retryOf(ended, world.configuration.policies.network);
  if (retry.when === "never")
    return { why: `${retry.why}: waiting for a change or a request`, until: undefined, gaveUp: true };
  return retry.at > world.now ? { why: retry.why, until: retry.at } : undefined;
}

/**
 * Rules 8 and 9: builds of a variant start at least `minInterval` apart, except after a failure, for a new request or
 * for the updates of a Patch Tuesday.
 */
function tooSoon(world: IndexedWorld, state: VariantState): BuildBlocker | undefined {
  const last = state.builds.find(({ purpose }) => purpose === "build");
  if (!last || last.status === "failed" || isWithoutImage(last, state.images)) return undefined;
  if (isNewRequest(state) || hasMissedPatchTuesday(last, state)) return undefined;
  const earliest = last.startedAt + world.configuration.policies.minInterval;
  return earliest > world.now
    ? { why: "the last build of the variant is too recent (minInterval)", until: earliest }
    : undefined;
}

/**
 * What replaces an input that is unknown now: the recorded Kubernetes version, whose binaries are checked like any
 * other's. Once the variant's entry in config.ts has changed there is no fallback, because the old minor might not fit
 * the new entry. Base and harvest have none.
 */
function fallbackInputs(newest: PublishableImage | undefined, desired: RecordedInputs): RecordedInputs {
  return newest && newest.inputs.settings === desired.settings ? { kubernetes: newest.inputs.kubernetes } : {};
}

/**
 * Whether the build is older than the newest Patch Tuesday: nodes do not wait for security updates. A clock that goes
 * back misses none.
 */
function hasMissedPatchTuesday({ inputs }: Build, { desired }: VariantState): boolean {
  return (inputs.patchTuesday ?? "") < (desired.patchTuesday ?? "");
}

/** Rule 9: a rebuild was requested and no build has been started for it yet. */
function isNewRequest({ desired, builds }: VariantState): boolean {
  return desired.request !== undefined && !builds.some(({ inputs }) => inputs.request === desired.request);
}
