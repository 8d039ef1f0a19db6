import { hour, iso } from "../../config/time.ts";
import { type Image, isPublishable } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { imageToProve } from "../unproved-image.ts";
import type { VariantState } from "../variant-state.ts";

// The two phases of rule 12: an image is disabled, later deregistered.

/** A reason that is only put into words if somebody reads it: a plan does not, and most images stay. */
export type Words = () => string;

/**
 * EC2 may show a disabled image as available for a while. An image that is available this long, in milliseconds, after
 * retention disabled it was enabled by a person.
 */
const shownWithin = hour;

export const enabledAgain = "a person has enabled it again; without its tag retired-at it is retired anew";

/** Retention disabled the image, and it is available now: a person wants it. */
export function isEnabledAgain(world: IndexedWorld, { made, state, retiredAt }: Image): boolean {
  return made && state === "available" && retiredAt !== undefined && world.now - retiredAt >= shownWithin;
}

/** Why the image's phase has not ended; undefined if it has. */
export function phaseBlocker(world: IndexedWorld, state: VariantState, image: Image): Words | undefined {
  return isInSecondPhase(image) ? secondBlocker(world, image) : firstBlocker(world, state, image);
}

/** As {@link phaseBlocker}, for an image of a removed variant. */
export function removedBlocker(world: IndexedWorld, image: Image): Words | undefined {
  if (isInSecondPhase(image)) return secondBlocker(world, image);
  const { minAge } = world.configuration.policies.retention;
  return untouchable(world, image) ?? tooYoung(world, image.createdAt + minAge, "minAge");
}

/** Whether the image is disabled, so that it may be deregistered next. */
export function isInSecondPhase(image: Image): boolean {
  return image.state === "disabled" && !isInFirstPhase(image);
}

/**
 * Disabled without a time from which grace could count: by a revocation, or by a run that ended before it had written
 * record and tag. The first phase then only writes both, and grace counts from there.
 */
function isInFirstPhase(image: Image): boolean {
  const { state, revoked, disabledByRevocation, retiredAt, retiring, retirementRecorded } = image;
  const isWithdrawn = revoked !== undefined && disabledByRevocation;
  return state === "disabled" && retiredAt === undefined && (isWithdrawn || retiring || retirementRecorded);
}

/** Why the image is not disabled. */
function firstBlocker(world: IndexedWorld, state: VariantState, image: Image): Words | undefined {
  const blocker = untouchable(world, image);
  if (blocker) return blocker;
  const { keep, minAge, unprovedAfter } = world.configuration.policies.retention;
  if (image.proof !== "passed") {
    if (state.builds.some(({ status }) => status === "running")) return () => "a build of the variant runs";
    if (imageToProve(state)?.id === image.id) return () => "its proof is still to come";
    return tooYoung(world, image.createdAt + unprovedAfter, "unprovedAfter");
  }
  const isKept = state.publishable.slice(0, keep).some(({ id }) => id === image.id);
  if (isKept) return () => `it is one of the newest ${keep} publishable images (keep)`;
  return tooYoung(world, image.createdAt + minAge, "minAge");
}

/** Why the image is disabled if nothing blocks it. */
export function firstReason(world: IndexedWorld, image: Image): string {
  if (image.proof !== "passed") return image.proof === "failed" ? "its proof failed" : "it was never proved";
  if (image.revoked) return "it is revoked";
  const { keep } = world.configuration.policies.retention;
  return isPublishable(image) ? `${keep} newer images are publishable (keep)` : "it cannot be published";
}

/**
 * Why retention does not touch the image: it is neither available nor disabled by the service, or a person decided
 * about it.
 */
function untouchable(world: IndexedWorld, image: Image): Words | undefined {
  if (image.state !== "available" && !isInFirstPhase(image)) return () => `it is ${image.state}`;
  return image.exemptSince !== undefined || isEnabledAgain(world, image) ? () => enabledAgain : undefined;
}

/** Why a disabled image is not deregistered. */
function secondBlocker(world: IndexedWorld, image: Image): Words | undefined {
  const { deregister, grace } = world.configuration.policies.retention;
  if (image.retiredAt === undefined) return () => "it was not disabled by this service";
  if (!deregister && image.proof === "passed")
    return () => `${disabledSince(image)}; deregistering proved images is off (retention.deregister)`;
  return tooYoung(world, image.retiredAt + grace, "grace");
}

export function disabledSince({ retiredAt = 0 }: Image): string {
  return `disabled since ${iso(retiredAt)}`;
}

function tooYoung({ now }: IndexedWorld, until: number, policy: string): Words | undefined {
  return now < until ? () => `until ${iso(until)} (${policy})` : undefined;
}
