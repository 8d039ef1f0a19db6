import type { IndexedWorld } from "../indexed-world.ts";
import type { Unshare } from "../places/actions.ts";
import type { VariantImages, VariantState } from "../variant-state.ts";
import { type Retention, retentionOfDue, retentionOfRemoved } from "./retention.ts";
import { enabledAgain, isEnabledAgain } from "./retention-phases.ts";

/** What retention does to an image. `release` exempts an image from retention after a person has enabled it again. */
export type RetentionAction =
  | { do: "release" | "deregister"; variant: string; image: string; reasons: string[] }
  | { do: "disable"; variant: string; image: string; because: "retired"; reasons: string[] };

/**
 * Exempts the images that a person has enabled again. It comes before a revocation disables such an image once more,
 * because afterwards nothing shows what the person did.
 */
export function exemptions(world: IndexedWorld, { variant, images }: VariantImages): RetentionAction[] {
  return images
    .filter((image) => isEnabledAgain(world, image))
    .map(({ id: image }) => ({ do: "release", variant: variant.name, image, reasons: [enabledAgain] }));
}

/** The actions that the retention of a variant's images needs, without {@link exemptions}. */
export function retirements(world: IndexedWorld, state: VariantState): (RetentionAction | Unshare)[] {
  return asActions(state, retentionOfDue(world, state));
}

export function retirementsOfRemoved(world: IndexedWorld, removed: VariantImages): (RetentionAction | Unshare)[] {
  return asActions(removed, retentionOfRemoved(world, removed));
}

function asActions(
  { variant: { name: variant } }: VariantImages,
  retained: Retention[],
): (RetentionAction | Unshare)[] {
  return retained.flatMap(({ image, decision, reasons, sharedWith = [] }): (RetentionAction | Unshare)[] => {
    if (decision === "keep") return sharedWith.map((place) => ({ do: "unshare", place, variant, image, reasons }));
    if (decision === "deregister") return [{ do: "deregister", variant, image, reasons }];
    return [{ do: "disable", variant, image, because: "retired", reasons }];
  });
}
