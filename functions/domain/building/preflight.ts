import { recipeOf } from "../../config/configuration.ts";
import type { Availability } from "../../config/observed.ts";
import type { Inputs } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";

/** Why a build of these inputs would fail now although nothing is wrong with it; none where all that it needs is there. */
export function obstacles(world: World, { variant, upstream }: VariantState, inputs: Inputs): string[] {
  const base = upstream?.baseImage ?? unheard(inputs.baseAmi);
  const binaries = world.binaries[inputs.kubernetes] ?? unheard(`the binaries of Kubernetes ${inputs.kubernetes}`);
  // In extended support EKS's image has patches that upstream never releases, and a base that has the patch needs no download.
  const dispensable =
    binaries.state === "missing" &&
    recipeOf(variant) === "layer" &&
    world.configuration.policies.kubernetesSource === "eks";
  return [
    ...absence(base),
    ...(base.state === "there" && upstream?.baseReleasedAt === undefined
      ? [`EC2 does not say when ${inputs.baseAmi} was released`]
      : []),
    ...(dispensable ? [] : absence(binaries)),
  ];
}

/** Why something that is needed is not there; none where it is. */
export function absence(needed: Availability): string[] {
  return needed.state === "there" ? [] : [needed.why];
}

function unheard(what: string): Availability {
  return { state: "unknown", why: `nothing is known of ${what}` };
}
