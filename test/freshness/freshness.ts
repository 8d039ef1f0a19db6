import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import { latestPatchTuesday } from "../../functions/config/patch-tuesday.ts";
import { hour } from "../world.ts";
import type { Played } from "./play.ts";
import { microsoft, patchTuesdays } from "./releases.ts";

/** Twelve variants with the defaults of everything else. */
export const twelve: ConfigurationInput["variants"] = (["1.34", "1.35", "1.36"] as const).flatMap((kubernetes) =>
  ([2019, 2022] as const).flatMap((windows) =>
    (["Core", "Full"] as const).map((edition) => ({ windows, edition, kubernetes })),
  ),
);

/**
 * For each Patch Tuesday between two times, the hours from Microsoft's release until the channel `candidate` of every
 * variant had an image with its updates; Infinity if one never had.
 */
export function freshness({ candidates }: Played, variants: number, from: number, to: number): number[] {
  return patchTuesdays(from, to).map((released) => {
    const date = latestPatchTuesday(released, microsoft);
    const first = new Map<string, number>();
    for (const { variant, at, patchTuesday } of candidates)
      if (patchTuesday >= date && !first.has(variant)) first.set(variant, at);
    return first.size < variants ? Number.POSITIVE_INFINITY : (Math.max(...first.values()) - released) / hour;
  });
}

/**
 * The formula: the hours until every variant has the updates if no build runs at the time. Microsoft's updates count as
 * available an hour after the release (`policies.patchTuesday`), and then the builds come in waves.
 */
export function expectedHours(variants: number, maxParallel: number, buildMinutes: number): number {
  return 1 + Math.ceil(variants / maxParallel) * (buildMinutes / 60);
}
