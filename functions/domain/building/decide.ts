import { recipeOf } from "../../config/configuration.ts";
import { iso } from "../../config/time.ts";
import type { PublishableImage } from "../../io/images.ts";
import { type BuildDecision, wait } from "../decisions.ts";
import { retryOf } from "../failures.ts";
import { areComplete, canonical, describeChange, drift, type Inputs, type RecordedInputs } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { endedWithout } from "./ended-builds.ts";
import { decideHarvest } from "./harvest.ts";
import { describeLost, isWithoutImage, lostImages, wasRevoked } from "./lost-images.ts";
import { obstacles } from "./preflight.ts";
import { decideProof } from "./proofs.ts";
import { settlingBuild, settlingTime } from "./settling.ts";

/** Decides by rules 4 to 9 and 11 whether a variant gets a build now. The limit on parallel builds comes after it. */
export function decideBuild(world: World, state: VariantState): BuildDecision {
  return underWay(world, state) ?? decideProof(world, state) ?? decideHarvest(world, state) ?? drifted(world, state);
}

function underWay(world: World, state: VariantState): BuildDecision | undefined {
  const running = state.builds.find(({ status }) => status === "running");
  if (running) return wait(`${running.purpose} ${running.id} runs (${running.phase})`);
  const settling = settlingBuild(world, state);
  if (!settling) return undefined;
  const why = `${settling.id} has made ${settling.image}, which is not visible with all its tags yet`;
  return wait(why, (settling.endedAt ?? 0) + settlingTime);
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
  const gone = state.builds.find(
    (build) =>
      isWithoutImage(build, state.images) &&
      canonical(build.inputs) === canonical(inputs) &&
      wasRevoked(world, build.image),
  );
  if (gone)
    return {
      why: `${gone.image} of these very inputs was revoked and is gone: waits for a change or a request`,
      until: undefined,
    };

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
