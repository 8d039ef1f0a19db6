import type { BuildWish } from "./build-orders.ts";
import type { Build } from "./builds.ts";
import { retryOf } from "./failures.ts";
import type { Image, PublishableImage } from "./images.ts";
import { areComplete, canonical, describeChange, drift, type Inputs, type RecordedInputs } from "./inputs.ts";
import { minute } from "./time.ts";
import { endedWithout, type VariantState } from "./variant-state.ts";
import type { World } from "./world.ts";

/** What to do about a variant's images. Every answer has its reasons; `until` is in milliseconds since the epoch. */
export type BuildDecision =
  | { decision: "start"; wish: BuildWish }
  | { decision: "wait"; reasons: string[]; until: number | undefined }
  | { decision: "nothing"; reasons: string[] };

/** EC2's tags and images become visible with a delay; this long a finished build is trusted to have made what it says (rule 4). */
const settlingTime = 30 * minute;
/** Proofs that could not find out are tried this often (rule 11). */
export const mostProofAttempts = 2;
const proofRetryWait = 15 * minute;

/** Decides by rules 4 to 9 and 11 whether a variant gets a build now. The limit on parallel builds comes after it. */
export function decideBuild(world: World, state: VariantState): BuildDecision {
  return underWay(world, state) ?? proofMissing(world, state) ?? drifted(world, state);
}

function underWay(world: World, { builds, images }: VariantState): BuildDecision | undefined {
  const running = builds.find(({ status }) => status === "running");
  if (running) return wait(`${running.purpose} ${running.id} runs (${running.phase})`);
  const settling = builds.find(
    (build) => world.now - (build.endedAt ?? 0) < settlingTime && !hasSettled(build, images),
  );
  if (!settling) return undefined;
  const why = `${settling.id} has made ${settling.image}, which is not visible with all its tags yet`;
  return wait(why, (settling.endedAt ?? 0) + settlingTime);
}

/** Whether EC2 shows all that an ended build has left there. */
function hasSettled({ image, status, failure }: Build, images: Image[]): boolean {
  if (image === undefined || status === "stopped") return true;
  const visible = images.find(({ id }) => id === image);
  if (!visible || !areComplete(visible.inputs)) return false;
  const saysProof = status === "succeeded" || failure?.class === "proof";
  return !saysProof || visible.proof !== undefined;
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
  const { variant, desired, unknown, builds } = state;
  const newest = state.publishable[0];
  if (state.upstream?.baseAmi.state === "missing") return wait(["there is nothing to build on", ...unknown]);
  const inputs = { ...stillGood(newest, desired), ...desired };
  if (!areComplete(inputs)) return wait(["the build waits until all inputs are known", ...unknown]);
  const changes = newest ? drift(newest.inputs, desired) : [];
  if (newest && changes.length === 0)
    return { decision: "nothing", reasons: [`${newest.id} is up to date`, ...unknown] };
  const reasons = newest ? changes.map(describeChange) : withoutImage(state);

  const revoked = state.images.find((image) => image.revoked !== undefined && drift(image.inputs, inputs).length === 0);
  if (revoked) return wait([...reasons, `${revoked.id} of these very inputs is revoked: ${revoked.revoked?.reason}`]);

  const ended = endedWithout(state, inputs);
  if (ended.length > 0) {
    const retry = retryOf(ended);
    if (retry.when === "never") return wait([...reasons, `${retry.why}: waits for a change or a request`]);
    if (retry.at > world.now) return wait([...reasons, retry.why], retry.at);
  }

  const last = builds.find(({ purpose }) => purpose === "build");
  const earliest =
    last && last.status !== "failed" && !isNewRequest(state)
      ? last.startedAt + world.configuration.policies.minInterval
      : 0;
  if (earliest > world.now)
    return wait([...reasons, "builds of a variant keep their distance (minInterval)"], earliest);

  const attempt =
    builds.filter((build) => build.purpose === "build" && canonical(build.inputs) === canonical(inputs)).length + 1;
  return { decision: "start", wish: { purpose: "build", variant, inputs, attempt, reasons } };
}

/**
 * Recorded inputs that may stand in for those nobody can tell now. Not once the variant's own entry has changed: another minor or base family
 * would be mixed with what belongs to the old one.
 */
function stillGood(newest: PublishableImage | undefined, desired: RecordedInputs): RecordedInputs {
  return newest && newest.inputs.settings === desired.settings ? newest.inputs : {};
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
