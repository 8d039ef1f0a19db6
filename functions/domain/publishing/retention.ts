import { hour, iso } from "../../config/time.ts";
import { type Image, isPublishable } from "../images.ts";
import { drift } from "../inputs.ts";
import { whyPaused } from "../pauses.ts";
import { describeUse } from "../references.ts";
import { imageToProve } from "../unproved-image.ts";
import { removedVariantImages, stateOf, type VariantImages, type VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { channelsOf, holdersOf } from "./holders.ts";
import { isUnfinished, unfinishedBlocker } from "./unfinished-images.ts";

/** What retention decides about an image, and why. `disable` is the first of two phases, `deregister` the last. */
export interface Retention {
  image: string;
  decision: "keep" | "disable" | "deregister";
  /** Of `keep`: every blocker. */
  reasons: string[];
}

/** The decision before it is known what uses the image. */
type Verdict = Pick<Retention, "decision" | "reasons">;

/**
 * EC2 may show a disabled image as available for a while. An image that is available this long, in milliseconds, after
 * retention disabled it was enabled by a person.
 */
const shownWithin = hour;

export const enabledAgain = "a person has enabled it again; without its tag retired-at it is retired anew";

/**
 * Rule 12: the decision about each image of a variant, newest first. An image that is used, or may be used, is kept.
 */
export function retention(world: World, state: VariantState): Retention[] {
  return state.images.map((image) => keepUsed(world, image, verdictOn(world, state, image)));
}

/** As {@link retention}, for a removed variant: its images are kept until `retiredVariants` names it. */
export function retentionOfRemoved(world: World, removed: VariantImages): Retention[] {
  return removed.images.map((image) => keepUsed(world, image, verdictOnRemoved(world, removed, image)));
}

function keepUsed(world: World, { id: image }: Image, { decision, reasons }: Verdict): Retention {
  const use = decision === "keep" ? undefined : describeUse(world.references[image]);
  return use ? { image, decision: "keep", reasons: [use] } : { image, decision, reasons };
}

/** Retention disabled the image, and it is available now: a person wants it. */
export function isEnabledAgain(world: World, { made, state, retiredAt }: Image): boolean {
  return made && state === "available" && retiredAt !== undefined && world.now - retiredAt >= shownWithin;
}

/** The images that retention would disable or deregister if nothing used them: those whose references must be read. */
export function retirementCandidates(world: World): string[] {
  const configured = world.configuration.variants.map((variant) => stateOf(world, variant));
  const verdicts = [
    ...configured.flatMap((state) => state.images.map((image) => [image, verdictOn(world, state, image)] as const)),
    ...removedVariantImages(world).flatMap((removed) =>
      removed.images.map((image) => [image, verdictOnRemoved(world, removed, image)] as const),
    ),
  ];
  return verdicts.flatMap(([{ id }, { decision }]) => (decision === "keep" ? [] : [id]));
}

function verdictOn(world: World, state: VariantState, image: Image): Verdict {
  if (isUnfinished(image)) return verdictOnUnfinished(world, image);
  const blockers = [...channelsOf(world, state, image), ...revokedInputsBlocker(state, image)];
  return inPhase(world, image, blockers, () => firstPhase(world, state, image));
}

/** The sweep's part of rule 12: nobody can use an image without inputs, so it has no first phase. */
function verdictOnUnfinished(world: World, image: Image): Verdict {
  const blocker = unfinishedBlocker(world, image);
  const reasons = [...holdersOf(world, image), blocker ?? [], whyPaused(world, image.variant) ?? []].flat();
  if (reasons.length > 0) return { decision: "keep", reasons };
  return { decision: "deregister", reasons: ["its build ended before it recorded the image's inputs"] };
}

function verdictOnRemoved(world: World, removed: VariantImages, image: Image): Verdict {
  if (isUnfinished(image)) return verdictOnUnfinished(world, image);
  if (!isRetired(world, removed))
    return {
      decision: "keep",
      reasons: ["its variant was removed; to retire its images, name the variant in retiredVariants in config.ts"],
    };
  const { minAge } = world.configuration.policies.retention;
  return inPhase(world, image, holdersOf(world, image), () => ({
    blocker: untouchable(world, image) ?? tooYoung(world, image.createdAt + minAge, "minAge"),
    reason: "its variant is retired",
  }));
}

export function isRetired({ configuration }: World, { variant }: VariantImages): boolean {
  return configuration.retiredVariants.includes(variant.name);
}

/** One of the two phases: what blocks it, and the reason for it otherwise. */
interface Phase {
  blocker: string | undefined;
  reason: string;
}

function inPhase(world: World, image: Image, blockers: string[], first: () => Phase): Verdict {
  const isSecond = image.state === "disabled" && !isInFirstPhase(image);
  const { blocker, reason } = isSecond ? secondPhase(world, image) : first();
  const foreign = image.made ? [] : ["it is not recorded as made by this service (npm run adopt)"];
  const reasons = [...foreign, ...blockers, blocker ?? [], whyPaused(world, image.variant) ?? []].flat();
  if (reasons.length > 0) return { decision: "keep", reasons };
  return { decision: isSecond ? "deregister" : "disable", reasons: [reason] };
}

/**
 * Disabled without a time from which grace could count: by a revocation, or by a run that ended before it had written
 * record and tag. The first phase then only writes both, and grace counts from there.
 */
function isInFirstPhase({ state, revoked, withdrawnAt, retiredAt, retiring, retirementRecorded }: Image): boolean {
  const isWithdrawn = revoked !== undefined && withdrawnAt !== undefined;
  return state === "disabled" && retiredAt === undefined && (isWithdrawn || retiring || retirementRecorded);
}

/** Rule 7 reads the inputs of a revoked image off the image, so it stays while these are the desired ones. */
function revokedInputsBlocker(state: VariantState, image: Image): string[] {
  if (image.revoked === undefined || drift(image.inputs, state.desired).length > 0) return [];
  return ["it is revoked and has the desired inputs, which are not built again while it exists"];
}

/** Whether to disable the image. */
function firstPhase(world: World, state: VariantState, image: Image): Phase {
  const blocker = untouchable(world, image);
  if (blocker) return { blocker, reason: "" };
  const { keep, minAge, unprovedAfter } = world.configuration.policies.retention;
  if (image.proof !== "passed") {
    const reason = image.proof === "failed" ? "its proof failed" : "it was never proved";
    if (state.builds.some(({ status }) => status === "running"))
      return { blocker: "a build of the variant runs", reason };
    if (imageToProve(state)?.id === image.id) return { blocker: "its proof is still to come", reason };
    return { blocker: tooYoung(world, image.createdAt + unprovedAfter, "unprovedAfter"), reason };
  }
  const rank = isPublishable(image) ? state.publishable.findIndex(({ id }) => id === image.id) : -1;
  if (rank >= 0 && rank < keep)
    return { blocker: `it is one of the newest ${keep} publishable images (keep)`, reason: "" };
  const what = rank >= 0 ? `${keep} newer images are publishable (keep)` : "it cannot be published";
  return {
    blocker: tooYoung(world, image.createdAt + minAge, "minAge"),
    reason: image.revoked ? "it is revoked" : what,
  };
}

/**
 * Why retention does not touch the image: it is neither available nor disabled by the service, or a person decided
 * about it.
 */
function untouchable(world: World, image: Image): string | undefined {
  if (image.state !== "available" && !isInFirstPhase(image)) return `it is ${image.state}`;
  return image.exemptSince !== undefined || isEnabledAgain(world, image) ? enabledAgain : undefined;
}

/** Whether to deregister a disabled image. */
function secondPhase(world: World, image: Image): Phase {
  const { deregister, grace } = world.configuration.policies.retention;
  if (image.retiredAt === undefined) return { blocker: "it was not disabled by this service", reason: "" };
  const reason = `disabled since ${iso(image.retiredAt)}`;
  if (!deregister && image.proof === "passed")
    return { blocker: `${reason}; deregistering proved images is off (retention.deregister)`, reason };
  return { blocker: tooYoung(world, image.retiredAt + grace, "grace"), reason };
}

function tooYoung(world: World, until: number, policy: string): string | undefined {
  return world.now < until ? `until ${iso(until)} (${policy})` : undefined;
}
