import type { VariantImages, VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { enabledAgain, isEnabledAgain, isRetired, type Retention, retention, retentionOfRemoved } from "./retention.ts";

/** What retention does to an image. `release` exempts an image from retention after a person has enabled it again. */
export type RetentionAction =
  | { do: "release" | "deregister"; variant: string; image: string; reasons: string[] }
  | { do: "disable"; variant: string; image: string; because: "retired"; reasons: string[] };

/** The actions that the retention of a variant's images needs. */
export function retirements(world: World, state: VariantState): RetentionAction[] {
  return asActions(world, state, retention(world, state));
}

export function retirementsOfRemoved(world: World, removed: VariantImages): RetentionAction[] {
  return isRetired(world, removed) ? asActions(world, removed, retentionOfRemoved(world, removed)) : [];
}

function asActions(
  world: World,
  { variant: { name: variant }, images }: VariantImages,
  retained: Retention[],
): RetentionAction[] {
  const exempted = images
    .filter((image) => isEnabledAgain(world, image))
    .map(({ id: image }): RetentionAction => ({ do: "release", variant, image, reasons: [enabledAgain] }));
  const retired = retained.flatMap(({ image, decision, reasons }): RetentionAction[] => {
    if (decision === "keep") return [];
    if (decision === "deregister") return [{ do: "deregister", variant, image, reasons }];
    return [{ do: "disable", variant, image, because: "retired", reasons }];
  });
  return [...exempted, ...retired];
}
