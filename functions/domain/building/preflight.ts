import type { Availability, Observed } from "../../config/observed.ts";
import { recipeOf } from "../../config/variant.ts";
import { type Image, isPublishable, newestFirst } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import type { Inputs } from "../inputs.ts";
import type { Upstream } from "../upstream.ts";
import type { VariantState } from "../variant-state.ts";

/**
 * Why a build of these inputs would fail now because something it downloads or starts from is missing; empty if all of
 * it is there.
 */
export function preflightBlockers(world: IndexedWorld, { variant, upstream }: VariantState, inputs: Inputs): string[] {
  const base = upstream?.baseImage ?? notAsked(inputs.baseAmi);
  const binaries = world.binaries[inputs.kubernetes] ?? notAsked(`the binaries of Kubernetes ${inputs.kubernetes}`);
  // In extended support AWS's image has patches that upstream never releases. A base that has the wanted patch needs no
  // download.
  const dispensable =
    binaries.state === "missing" &&
    recipeOf(variant) === "layer" &&
    world.configuration.policies.kubernetesSource === "eks";
  return [
    ...whyAbsent(base),
    ...(base.state === "there" && upstream?.baseReleasedAt === undefined
      ? [`EC2 does not say when ${inputs.baseAmi} was released`]
      : []),
    ...(dispensable ? [] : whyAbsent(binaries)),
  ];
}

/** Why something that a build needs is absent; empty if it is there. */
export function whyAbsent(needed: Availability): string[] {
  return needed.state === "there" ? [] : [needed.why];
}

/**
 * The Kubernetes versions that a build of the variant may use: the wanted one, or its newest image's, below which it
 * never goes.
 * @param images those of the variant
 */
export function candidateVersions(upstream: Upstream | undefined, images: readonly Image[] = []): string[] {
  const newest = newestFirst(images.filter(isPublishable))[0];
  return [...knownValue(upstream?.kubernetes), ...(newest ? [newest.inputs.kubernetes] : [])];
}

/** The value, in a list; empty if it is unknown or missing. */
export function knownValue(observed: Observed | undefined): string[] {
  return observed?.state === "known" ? [observed.value] : [];
}

function notAsked(what: string): Availability {
  return { state: "unknown", why: `nothing is known about ${what}` };
}
