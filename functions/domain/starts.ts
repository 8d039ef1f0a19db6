import { minute } from "../config/time.ts";
import type { BuildOrder } from "./build-orders.ts";
import type { Build } from "./builds.ts";
import type { Records } from "./records.ts";

/** An order that was about to be passed to CodeBuild. */
export interface Start {
  variant: string;
  /** The name of the place that an image is to be proved in. */
  place?: string | undefined;
  /** Token of the order. */
  token: string;
  /** When it was recorded, in milliseconds since the epoch. S3 counts whole seconds. */
  at: number;
}

const kind = "starts";

/** Home and each place begin one build of a variant at a time. The name of a variant has no underscore. */
export function laneOf({ variant, place }: Pick<BuildOrder, "variant" | "place">): string {
  return place === undefined ? variant : `${variant}_${place}`;
}

/** The key, without the prefix of records, of the record that this order is about to be passed to CodeBuild. */
export function startRecord(order: Pick<BuildOrder, "variant" | "place" | "token">): string {
  return `${kind}/${laneOf(order)}/${order.token}`;
}

export function startsIn({ [kind]: records = [] }: Records): Start[] {
  return records.map(({ name, at }) => {
    const [lane = "", token = ""] = name.split("/");
    const [variant = "", place] = lane.split("_");
    return { variant, place, token, at };
  });
}

/** How long CodeBuild remembers a token, in milliseconds (API reference, StartBuild): the same order twice is one build. */
export const rememberedFor = 5 * minute;

/**
 * How long after its record an order may be a build that CodeBuild does not list yet, in milliseconds. A run that stands
 * still between the record and the order ends after Lambda's five minutes, and then the list lags.
 */
export const pendingFor = rememberedFor + 2 * minute;

/** The orders of which CodeBuild shows no build yet, by {@link laneOf}. */
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
    laneOf,
  );
}
