import type { BuildWish, HarvestWish, ProofWish } from "./build-orders.ts";
import type { Build } from "./builds.ts";
import { recipeOf } from "./configuration.ts";
import { retryOf } from "./failures.ts";
import { decideHarvest } from "./harvest-decision.ts";
import type { Image, PublishableImage } from "./images.ts";
import { areComplete, canonical, describeChange, drift, type Inputs, type RecordedInputs } from "./inputs.ts";
import { obstacles } from "./preflight.ts";
import { describeLost, isWithoutImage, lostImages, settlingBuild, settlingTime } from "./settling.ts";
import { iso, minute } from "./time.ts";
import { endedWithout, type VariantState } from "./variant-state.ts";
import type { World } from "./world.ts";

/** What to do about a variant's images. Every answer has its reasons; `until` is in milliseconds since the epoch. */
export type BuildDecision =
  | { decision: "start"; wish: BuildWish | ProofWish | HarvestWish }
  | { decision: "wait"; reasons: string[]; until: number | undefined }
  | { decision: "nothing"; reasons: string[] };

/** Proofs that could not find out are tried this often (rule 11). */
export const mostProofAttempts = 2;
const proofRetryWait = 15 * minute;

/** Decides by rules 4 to 9 and 11 whether a variant gets a build now. The limit on parallel builds comes after it. */
export function decideBuild(world: World, state: VariantState): BuildDecision {
  return underWay(world, state) ?? proofMissing(world, state) ?? decideHarvest(world, state) ?? drifted(world, state);
}

function underWay(world: World, state: VariantState): BuildDecision | undefined {
  const running = state.builds.find(({ status }) => status === "running");
  if (running) return wait(`${running.purpose} ${running.id} runs (${running.phase})`);
  const settling = settlingBuild(world, state);
  if (!settling) return undefined;
  const why = `${settling.id} has made ${settling.image}, which is not visible with all its tags yet`;
  return wait(why, (settling.endedAt ?? 0) + settlingTime);
}

/**
 * Rule 11: the newest image whose build is over and which nobody has proved. None where a newer one can be published, where a person stopped
 * its build or its proof, or where a build has told that its proof failed.
 */
export function unprovedImage({ images, builds }: VariantState): (Image & { inputs: Inputs }) | undefined {
  const newest = images.find(({ state, revoked }) => state === "available" && revoked === undefined);
  if (!newest || newest.proof !== undefined || !areComplete(newest.inputs)) return undefined;
  const last = builds.find(({ token, image }) => image === newest.id || token === newest.token);
  if (last?.status === "stopped" || last?.failure?.class === "proof") return undefined;
  return { ...newest, inputs: newest.inputs };
}

/** The proofs of an image that ended without finding out, newest first. */
export function vainProofs({ builds }: VariantState, image: string): Build[] {
  return builds.filter(
    (build) => build.purpose === "prove" && build.image === image && build.failure?.class !== "proof",
  );
}

function proofMissing(world: World, state: VariantState): BuildDecision | undefined {
  const image = unprovedImage(state);
  if (!image) return undefined;
  const vain = vainProofs(state, image.id);
  if (vain.length >= mostProofAttempts) return undefined;
  const reasons = [`${image.id} has no proof yet`];
  const next = vain[0] ? (vain[0].endedAt ?? vain[0].startedAt) + proofRetryWait : 0;
  if (next > world.now) return { decision: "wait", reasons, until: next };
  const { variant } = state;
  const attempt = vain.length + 1;
  return {
    decision: "start",
    wish: { purpose: "prove", variant, inputs: image.inputs, attempt, reasons, image: image.id },
  };
}

function drifted(world: World, state: VariantState): BuildDecision {
  const { variant, desired, unknown, upstream } = state;
  const newest = state.publishable[0];
  if (upstream?.baseAmi.state === "missing") return wait(["there is nothing to build on", ...unknown]);
  const changes = newest ? drift(newest.inputs, desired).map(describeChange) : withoutImage(state);
  if (newest && changes.length === 0)
    return { decision: "nothing", reasons: [`${newest.id} is up to date`, ...unknown] };
  const reasons = [...changes, ...lostImages(world, state).slice(0, 1).map(describeLost)];
  const inputs = { ...stillGood(newest, desired), ...desired };
  if (!areComplete(inputs, recipeOf(variant)))
    return wait([...reasons, "the build waits until all inputs are known", ...unknown]);
  const postponed = postponement(world, state, inputs);
  if (postponed) return wait([...reasons, postponed.why], postponed.until);
  const missing = obstacles(world, state, inputs);
  if (missing.length > 0) return wait([...reasons, ...missing]);

  const attempt =
    state.builds.filter((build) => build.purpose === "build" && canonical(build.inputs) === canonical(inputs)).length +
    1;
  const baseReleased = iso(upstream?.baseReleasedAt ?? 0).slice(0, 10);
  const harvestSource = upstream?.harvestSource?.state === "known" ? upstream.harvestSource.value : undefined;
  return {
    decision: "start",
    wish: { purpose: "build", variant, inputs, attempt, reasons, baseReleased, harvestSource },
  };
}

/** Rules 6 to 9: why a build that is wanted does not start now, and when it may; undefined where nothing speaks against it. */
function postponement(
  world: World,
  state: VariantState,
  inputs: Inputs,
): { why: string; until: number | undefined } | undefined {
  const revoked = state.images.find((image) => image.revoked !== undefined && drift(image.inputs, inputs).length === 0);
  if (revoked)
    return { why: `${revoked.id} of these very inputs is revoked: ${revoked.revoked?.reason}`, until: undefined };

  const ended = endedWithout(state, inputs);
  if (ended.length > 0) {
    const retry = retryOf(ended);
    if (retry.when === "never") return { why: `${retry.why}: waits for a change or a request`, until: undefined };
    if (retry.at > world.now) return { why: retry.why, until: retry.at };
  }

  const last = state.builds.find(({ purpose }) => purpose === "build");
  if (!last || last.status === "failed" || isWithoutImage(last, state.images) || isNewRequest(state)) return undefined;
  const earliest = last.startedAt + world.configuration.policies.minInterval;
  return earliest > world.now
    ? { why: "builds of a variant keep their distance (minInterval)", until: earliest }
    : undefined;
}

/**
 * What may stand in for an input that nobody can tell now: the recorded Kubernetes version, whose binaries are looked for like any other's. Not
 * once the variant's own entry has changed: another minor would be mixed with what belongs to the old one. A base or a harvest has to be known.
 */
function stillGood(newest: PublishableImage | undefined, desired: RecordedInputs): RecordedInputs {
  return newest && newest.inputs.settings === desired.settings ? { kubernetes: newest.inputs.kubernetes } : {};
}

function withoutImage({ images, desired }: VariantState): string[] {
  const why = images.length === 0 ? "first image of the variant" : "no image of the variant can be published";
  return desired.request === undefined
    ? [why]
    : [why, describeChange({ input: "request", from: undefined, to: desired.request })];
}

/** Rule 9: somebody asked, and no build has been started for it yet. */
function isNewRequest({ desired, builds }: VariantState): boolean {
  return desired.request !== undefined && !builds.some(({ inputs }) => inputs.request === desired.request);
}

function wait(reasons: string | string[], until?: number): BuildDecision {
  return { decision: "wait", reasons: [reasons].flat(), until };
}
