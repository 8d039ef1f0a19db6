import { whyFastLaunched } from "../fast-launches.ts";
import type { Image } from "../images.ts";
import { type IndexedWorld, indexWorld } from "../indexed-world.ts";
import { drift } from "../inputs.ts";
import { whyPaused } from "../pauses.ts";
import { useInPlaces } from "../places/use-in-places.ts";
import { describeUse } from "../references.ts";
import { removedVariantImages, statesOf, type VariantImages, type VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { channelsOf, holdersOf } from "./holders.ts";
import {
  disabledSince,
  firstReason,
  isInSecondPhase,
  phaseBlocker,
  removedBlocker,
  type Words,
} from "./retention-phases.ts";
import { isUnfinished, unfinishedBlocker } from "./unfinished-images.ts";

/** What retention decides about an image, and why. `disable` is the first of two phases, `deregister` the last. */
export interface Retention {
  image: string;
  decision: "keep" | "disable" | "deregister";
  /** Of `keep`: every blocker. */
  reasons: string[];
  /** Whether only its Fast Launch keeps it. */
  isFastLaunched?: boolean;
  /** The places that it is still shared with, if only that keeps it. */
  sharedWith?: readonly string[];
}

/** The decision before it is known what uses the image. */
type Verdict = Pick<Retention, "decision" | "reasons">;

/**
 * Rule 12: the decision about each image of a variant, newest first. An image that is used, or may be used, is kept.
 */
export function retention(world: IndexedWorld, state: VariantState): Retention[] {
  return verdicts(world, state, state.images).map(([image, verdict]) => keepUsed(world, image, verdict));
}

/** The decisions about the images that may have to go: all but `keep`, and some of these. */
export function retentionOfDue(world: IndexedWorld, state: VariantState): Retention[] {
  return verdicts(world, state, dueImages(world, state)).map(([image, verdict]) => keepUsed(world, image, verdict));
}

/** As {@link retention}, for a removed variant: its images are kept until `retiredVariants` names it. */
export function retentionOfRemoved(world: IndexedWorld, removed: VariantImages): Retention[] {
  return verdictsOnRemoved(world, removed).map(([image, verdict]) => keepUsed(world, image, verdict));
}

function keepUsed(world: IndexedWorld, own: Image, { decision, reasons }: Verdict): Retention {
  const { id: image } = own;
  if (decision === "keep") return { image, decision, reasons };
  const use = describeUse(world.references[image]);
  if (use) return { image, decision: "keep", reasons: [use] };
  const on = whyFastLaunched(world.fastLaunch, image);
  if (on) return { image, decision: "keep", reasons: [on], isFastLaunched: true };
  const there = useInPlaces(world, own, "retired");
  if (there.use === "kept") return { image, decision: "keep", reasons: [there.why] };
  return there.use === "shared"
    ? { image, decision: "keep", reasons: [there.why], sharedWith: there.places }
    : { image, decision, reasons };
}

/** The images that retention would disable or deregister if nothing used them: those whose references must be read. */
export function retirementCandidates(observed: World): string[] {
  const world = indexWorld(observed);
  const due = [
    ...statesOf(world).flatMap((state) => verdicts(world, state, dueImages(world, state))),
    ...removedVariantImages(world).flatMap((removed) => verdictsOnRemoved(world, removed)),
  ];
  return due.flatMap(([{ id }, { decision }]) => (decision === "keep" ? [] : [id]));
}

/** The images of a variant that have reached the end of a phase of rule 12. Retention keeps all others. */
function dueImages(world: IndexedWorld, state: VariantState): Image[] {
  return state.images.filter((image) => isUnfinished(image) || phaseBlocker(world, state, image) === undefined);
}

function verdicts(world: IndexedWorld, state: VariantState, images: readonly Image[]): [Image, Verdict][] {
  if (images.length === 0) return [];
  const channels = channelsOf(world, state);
  return images.map((image) => {
    if (isUnfinished(image)) return [image, verdictOnUnfinished(world, image)];
    const blockers = [
      ...channels(image),
      ...revokedInputsBlocker(state, image),
      phaseBlocker(world, state, image)?.() ?? [],
    ];
    return [image, inPhase(world, image, blockers.flat(), () => firstReason(world, image))];
  });
}

/** The sweep's part of rule 12: nobody can use an image without inputs, so it has no first phase. */
function verdictOnUnfinished(world: IndexedWorld, image: Image): Verdict {
  const blocker = unfinishedBlocker(world, image);
  const reasons = [...holdersOf(world, image), blocker ?? [], whyPaused(world, image.variant) ?? []].flat();
  if (reasons.length > 0) return { decision: "keep", reasons };
  return { decision: "deregister", reasons: ["its build ended before it recorded the image's inputs"] };
}

function verdictsOnRemoved(world: IndexedWorld, removed: VariantImages): [Image, Verdict][] {
  return removed.images.map((image) => [image, verdictOnRemoved(world, removed, image)]);
}

function verdictOnRemoved(world: IndexedWorld, removed: VariantImages, image: Image): Verdict {
  if (isUnfinished(image)) return verdictOnUnfinished(world, image);
  if (!isRetired(world, removed))
    return {
      decision: "keep",
      reasons: ["its variant was removed; to retire its images, name the variant in retiredVariants in config.ts"],
    };
  const blockers = [...holdersOf(world, image), removedBlocker(world, image)?.() ?? []];
  return inPhase(world, image, blockers.flat(), () => "its variant is retired");
}

export function isRetired({ retired }: IndexedWorld, { variant }: VariantImages): boolean {
  return retired.has(variant.name);
}

function inPhase(world: IndexedWorld, image: Image, blockers: string[], firstReason: Words): Verdict {
  const foreign = image.made ? [] : ["it is not recorded as made by this service (npm run cli -- adopt)"];
  const reasons = [...foreign, ...blockers, whyPaused(world, image.variant) ?? []].flat();
  if (reasons.length > 0) return { decision: "keep", reasons };
  return isInSecondPhase(image)
    ? { decision: "deregister", reasons: [disabledSince(image)] }
    : { decision: "disable", reasons: [firstReason()] };
}

/** Rule 7 reads the inputs of a revoked image off the image, so it stays while these are the desired ones. */
function revokedInputsBlocker(state: VariantState, image: Image): string[] {
  if (image.revoked === undefined || drift(image.inputs, state.desired).length > 0) return [];
  return ["it is revoked and has the desired inputs, which are not built again while it exists"];
}
