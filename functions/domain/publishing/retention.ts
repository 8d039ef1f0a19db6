import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import { hour, iso } from "../../config/time.ts";
import { type Image, isPublishable } from "../images.ts";
import { drift } from "../inputs.ts";
import { describeUse } from "../references.ts";
import { removedVariantImages, stateOf, type VariantImages, type VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { lastRecordedWrite } from "./channel-writes.ts";
import { mayTake } from "./publish.ts";

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
 * A disabled image is available for a moment if a run crashes after writing the tag. An image that is available this
 * long, in milliseconds, after its tag was written was enabled by a person, because the next run repairs a crash
 * sooner.
 */
const repairedWithin = hour;

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
  return made && state === "available" && retiredAt !== undefined && world.now - retiredAt >= repairedWithin;
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
  const blockers = [...channelsOf(world, state, image), ...revokedInputsBlocker(state, image)];
  return inPhase(world, image, blockers, () => firstPhase(world, state, image));
}

function verdictOnRemoved(world: World, removed: VariantImages, image: Image): Verdict {
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
  const isSecond = image.state === "disabled" && !isWithdrawn(image);
  const { blocker, reason } = isSecond ? secondPhase(world, image) : first();
  const foreign = image.made ? [] : ["it is not recorded as made by this service (npm run adopt)"];
  const reasons = [...foreign, ...blockers, ...(blocker ? [blocker] : [])];
  if (reasons.length > 0) return { decision: "keep", reasons };
  return { decision: isSecond ? "deregister" : "disable", reasons: [reason] };
}

/** Disabled because it was revoked, and not yet by retention: its first phase is still to come. */
function isWithdrawn({ state, revoked, withdrawnAt, retiredAt }: Image): boolean {
  return state === "disabled" && revoked !== undefined && withdrawnAt !== undefined && retiredAt === undefined;
}

/**
 * Channels that hold the image, held it last (a rollback returns to it, and so may a node that reads the parameter
 * late) or may take it.
 */
function channelsOf(world: World, state: VariantState, image: Image): string[] {
  const { id } = image;
  const holders = holdersOf(world, image);
  if (holders.length > 0) return holders;
  return channelNames.flatMap((name) => {
    if (heldLast(world, state, name).has(id)) return [`${name} held it last`];
    return isPublishable(image) && mayTake(world, state, name, image) ? [`${name} may take it`] : [];
  });
}

function holdersOf({ channels }: World, { id }: Image): string[] {
  return Object.entries(channels).flatMap(([variant, held]) =>
    channelNames.filter((name) => held[name]?.image === id).map((name) => `${variant}/${name} holds it`),
  );
}

/**
 * The image that the channel's image replaced, the image last written to the channel, and the image that that write was
 * to replace.
 */
function heldLast(world: World, state: VariantState, channel: ChannelName): Set<string | undefined> {
  const current = world.channels[state.variant.name]?.[channel]?.image;
  const last = lastRecordedWrite(state.images, channel)?.image;
  const previousOf = (image: Image | undefined) => image?.published[channel]?.previous;
  return new Set([last?.id, previousOf(last), previousOf(state.images.find(({ id }) => id === current))]);
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
  if (image.state !== "available" && !isWithdrawn(image)) return `it is ${image.state}`;
  return image.exemptSince !== undefined || isEnabledAgain(world, image) ? enabledAgain : undefined;
}

/** Whether to deregister a disabled image. */
function secondPhase(world: World, image: Image): Phase {
  const { deregister, grace } = world.configuration.policies.retention;
  if (image.retiredAt === undefined) return { blocker: "it was not disabled by this service", reason: "" };
  const reason = `disabled since ${iso(image.retiredAt)}`;
  if (!deregister) return { blocker: `${reason}; deregistering is off (retention.deregister)`, reason };
  return { blocker: tooYoung(world, image.retiredAt + grace, "grace"), reason };
}

function tooYoung(world: World, until: number, policy: string): string | undefined {
  return world.now < until ? `until ${iso(until)} (${policy})` : undefined;
}
