import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import { hour, iso } from "../../config/time.ts";
import { type Image, isPublishable } from "../../io/images.ts";
import { describeUse } from "../../io/references.ts";
import type { Action } from "../actions.ts";
import { drift } from "../inputs.ts";
import { type Stock, stateOf, stocksOfRemoved, type VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { lastWritten } from "./channel-writes.ts";
import { mayTake } from "./publish.ts";

/** What becomes of one image, and why. `disable` is the first of two phases, `deregister` the second and last. */
export interface Retention {
  image: string;
  decision: "keep" | "disable" | "deregister";
  /** Of `keep`: all that keeps it. */
  reasons: string[];
}

/** What there is to say before it is known who uses the image. */
type Verdict = Pick<Retention, "decision" | "reasons">;

/** An image that is available so long after it was to be disabled, in milliseconds, is so because a person wants it: a crash is mended sooner. */
const mendedWithin = hour;

const enabledAgain = "somebody has enabled it again; without its tag retired-at it is retired anew";

/** Rule 12: what becomes of each image of a variant, newest first. An image that somebody uses, or may use, is kept. */
export function retention(world: World, state: VariantState): Retention[] {
  return state.images.map((image) => unlessUsed(world, image, verdictOn(world, state, image)));
}

/** As {@link retention}, of a variant that is configured no more: its images are kept until `retiredVariants` names it. */
export function retentionOfRemoved(world: World, stock: Stock): Retention[] {
  return stock.images.map((image) => unlessUsed(world, image, verdictOnRemoved(world, stock, image)));
}

function unlessUsed(world: World, { id: image }: Image, { decision, reasons }: Verdict): Retention {
  const use = decision === "keep" ? undefined : describeUse(world.references[image]);
  return use ? { image, decision: "keep", reasons: [use] } : { image, decision, reasons };
}

/** The retention of a variant's images as what is to be done. */
export function retirements(world: World, state: VariantState): Action[] {
  return asActions(world, state, retention(world, state));
}

export function retirementsOfRemoved(world: World, stock: Stock): Action[] {
  return isRetired(world, stock) ? asActions(world, stock, retentionOfRemoved(world, stock)) : [];
}

function asActions(world: World, { variant: { name: variant }, images }: Stock, retained: Retention[]): Action[] {
  const released = images
    .filter((image) => isEnabledAgain(world, image))
    .map(({ id: image }): Action => ({ do: "release", variant, image, reasons: [enabledAgain] }));
  const retired = retained.flatMap(({ image, decision, reasons }): Action[] => {
    if (decision === "keep") return [];
    if (decision === "deregister") return [{ do: "deregister", variant, image, reasons }];
    return [{ do: "disable", variant, image, because: "retired", reasons }];
  });
  return [...released, ...retired];
}

/** Retention had disabled it, and it is available: a person wants it. */
function isEnabledAgain(world: World, { state, retiredAt }: Image): boolean {
  return state === "available" && retiredAt !== undefined && world.now - retiredAt >= mendedWithin;
}

/** The images that would go if nobody used them: whose references have to be read. */
export function retirementCandidates(world: World): string[] {
  const configured = world.configuration.variants.map((variant) => stateOf(world, variant));
  const verdicts = [
    ...configured.flatMap((state) => state.images.map((image) => [image, verdictOn(world, state, image)] as const)),
    ...stocksOfRemoved(world).flatMap((stock) =>
      stock.images.map((image) => [image, verdictOnRemoved(world, stock, image)] as const),
    ),
  ];
  return verdicts.flatMap(([{ id }, { decision }]) => (decision === "keep" ? [] : [id]));
}

function verdictOn(world: World, state: VariantState, image: Image): Verdict {
  const protections = [...placesIn(world, state, image), ...whyBarred(state, image)];
  return inPhase(world, image, protections, () => firstPhase(world, state, image));
}

function verdictOnRemoved(world: World, stock: Stock, image: Image): Verdict {
  if (!isRetired(world, stock))
    return { decision: "keep", reasons: ["its variant was removed: retiredVariants of config.ts lets it go"] };
  const { minAge } = world.configuration.policies.retention;
  return inPhase(world, image, holdersOf(world, image), () => {
    const hindrance = whyUntouched(world, image) ?? tooYoung(world, image.createdAt + minAge, "minAge");
    return [hindrance, "its variant is retired"];
  });
}

function isRetired({ configuration }: World, { variant }: Stock): boolean {
  return configuration.retiredVariants.includes(variant.name);
}

/** What hinders a phase, and what speaks for it otherwise. */
type Phase = [hindrance: string | undefined, reason: string];

function inPhase(world: World, image: Image, protections: string[], first: () => Phase): Verdict {
  const [phase, [hindrance, reason]] =
    image.state === "disabled" && !isWithdrawn(image)
      ? (["deregister", secondPhase(world, image)] as const)
      : (["disable", first()] as const);
  const reasons = [...protections, ...(hindrance ? [hindrance] : [])];
  return reasons.length > 0 ? { decision: "keep", reasons } : { decision: phase, reasons: [reason] };
}

/** Disabled because it was revoked, and not yet by retention: its first phase is still to come. */
function isWithdrawn({ state, revoked, withdrawnAt, retiredAt }: Image): boolean {
  return state === "disabled" && revoked !== undefined && withdrawnAt !== undefined && retiredAt === undefined;
}

/** Channels that hold the image, held it last (a rollback, or a node that reads the parameter late, comes back to it) or are to have it. */
function placesIn(world: World, state: VariantState, image: Image): string[] {
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

/** What the channel's image replaced, the image that was last written to it, and what that one was to replace. */
function heldLast(world: World, state: VariantState, channel: ChannelName): Set<string | undefined> {
  const current = world.channels[state.variant.name]?.[channel]?.image;
  const last = lastWritten(state.images, channel)?.image;
  const previousOf = (image: Image | undefined) => image?.published[channel]?.previous;
  return new Set([last?.id, previousOf(last), previousOf(state.images.find(({ id }) => id === current))]);
}

/** What bars both phases wherever the image stands. */
function whyBarred(state: VariantState, image: Image): string[] {
  if (image.revoked === undefined || drift(image.inputs, state.desired).length > 0) return [];
  return [
    "it is revoked, and as long as it is there its inputs, which are still the desired ones, are not built again",
  ];
}

/** What keeps the image from being disabled, and otherwise why it is. */
function firstPhase(world: World, state: VariantState, image: Image): Phase {
  const untouched = whyUntouched(world, image);
  if (untouched) return [untouched, ""];
  const { keep, minAge, unprovedAfter } = world.configuration.policies.retention;
  if (image.proof !== "passed") {
    const what = image.proof === "failed" ? "its proof failed" : "nobody has proved it";
    if (state.builds.some(({ status }) => status === "running")) return ["a build of the variant runs", ""];
    return [tooYoung(world, image.createdAt + unprovedAfter, "unprovedAfter"), what];
  }
  const rank = isPublishable(image) ? state.publishable.findIndex(({ id }) => id === image.id) : -1;
  if (rank >= 0 && rank < keep) return [`it is one of the newest ${keep} that can be published (keep)`, ""];
  const what = rank >= 0 ? `${keep} newer ones can be published (keep)` : "it cannot be published";
  return [tooYoung(world, image.createdAt + minAge, "minAge"), image.revoked ? "it is revoked" : what];
}

/** What is in a state of its own, or in one that a person has chosen. */
function whyUntouched(world: World, image: Image): string | undefined {
  if (image.state !== "available" && !isWithdrawn(image)) return `it is ${image.state}`;
  return image.releasedAt !== undefined || isEnabledAgain(world, image) ? enabledAgain : undefined;
}

/** What keeps a disabled image from being deregistered, and otherwise why it is. */
function secondPhase(world: World, image: Image): Phase {
  const { deregister, grace } = world.configuration.policies.retention;
  if (image.retiredAt === undefined) return ["it was disabled by somebody else", ""];
  const since = `disabled since ${iso(image.retiredAt)}`;
  if (!deregister) return [`${since}; deregistering is off (retention.deregister)`, ""];
  return [tooYoung(world, image.retiredAt + grace, "grace"), since];
}

function tooYoung(world: World, until: number, policy: string): string | undefined {
  return world.now < until ? `until ${iso(until)} (${policy})` : undefined;
}
