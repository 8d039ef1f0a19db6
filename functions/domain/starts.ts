import { minute } from "../config/time.ts";
import type { BuildOrder } from "./build-orders.ts";
import type { Build } from "./builds.ts";
import type { Records } from "./records.ts";

/** An order that was about to be passed to CodeBuild. */
export interface Start {
  variant: string;
  /** Token of the order. */
  token: string;
  /** When it was recorded, in milliseconds since the epoch. S3 counts whole seconds. */
  at: number;
}

const kind = "starts";

/** The key, without the prefix of records, of the record that this order is about to be passed to CodeBuild. */
export function startRecord({ variant, token }: Pick<BuildOrder, "variant" | "token">): string {
  return `${kind}/${variant}/${token}`;
}

export function startsIn({ [kind]: records = [] }: Records): Start[] {
  return records.map(({ name, at }) => {
    const [variant = "", token = ""] = name.split("/");
    return { variant, token, at };
  });
}

/** How long CodeBuild remembers a token, in milliseconds (API reference, StartBuild): the same order twice is one build. */
export const rememberedFor = 5 * minute;

/**
 * How long after its record an order may be a build that CodeBuild does not list yet, in milliseconds. A run that stands
 * still between the record and the order ends after Lambda's five minutes, and then the list lags.
 */
export const pendingFor = rememberedFor + 2 * minute;

/** The orders of which CodeBuild shows no build yet, by variant. */
export function pendingStarts(
  starts: readonly Start[],
  builds: readonly Build[],
  now: number,
): ReadonlyMap<string, readonly Start[]> {
  const recent = starts.filter(({ at }) => now - at < pendingFor);
  if (recent.length === 0) return new Map();
  const listed = new Set(builds.map(({ token }) => token));
  return Map.groupBy(
    recent.filter(({ token }) => !listed.has(token)),
    ({ variant }) => variant,
  );
}
