import { hour } from "../config/time.ts";
import type { FastLaunchRecords, Refusal } from "./fast-launch-records.ts";
import type { Image } from "./images.ts";

/** EC2's words for where Fast Launch of an image is. An image that EC2 does not list has none. */
export const fastLaunchStates = [
  "enabling",
  "enabling-failed",
  "enabled",
  "enabled-failed",
  "disabling",
  "disabling-failed",
] as const;
export type FastLaunchState = (typeof fastLaunchStates)[number];

/** What EC2 shows of an image that has Fast Launch, had it a moment ago, or could not get it. */
export interface FastLaunch {
  /** ID of the image. */
  image: string;
  state: FastLaunchState;
  /** AWS's own words for why it came to that. */
  reason: string | undefined;
  /** When it came to that, in milliseconds since the epoch; undefined if EC2 does not say. */
  since: number | undefined;
  /** How much of the account's quota it takes. */
  maxParallelLaunches: number;
}

/** What is known about Fast Launch. */
export type FastLaunches = FastLaunchRecords &
  (
    | {
        state: "known";
        /** By image ID, of all images for which this account has it, whoever made them. */
        images: Readonly<Record<string, FastLaunch>>;
      }
    | { state: "unknown"; why: string }
  );

/** What EC2 shows of an image; undefined if it shows nothing, or nothing is known. */
export function shownOf(all: FastLaunches | undefined, image: string): FastLaunch | undefined {
  return all?.state === "known" && Object.hasOwn(all.images, image) ? all.images[image] : undefined;
}

/** As {@link shownOf}; what EC2 refused to begin counts as begun and failed. */
export function fastLaunchOf(all: FastLaunches | undefined, image: string): FastLaunch | undefined {
  const shown = shownOf(all, image);
  const refusal = all?.state === "known" && Object.hasOwn(all.refused, image) ? all.refused[image] : undefined;
  return refusal && isLast(refusal, shown) ? refusedOf(refusal, image, shown) : shown;
}

/** Whether EC2 shows what was so before the refusal. */
function isLast({ of, at }: Refusal, shown: FastLaunch | undefined): boolean {
  if (of === "enable" && shown === undefined) return true;
  if (shown === undefined || (shown.since ?? 0) > at) return false;
  return of === "enable" ? hasFailed(shown) : shown.state !== "disabling";
}

function refusedOf({ of, reason, at }: Refusal, image: string, shown: FastLaunch | undefined): FastLaunch {
  const state = of === "enable" ? "enabling-failed" : "disabling-failed";
  return { image, state, reason, since: at, maxParallelLaunches: shown?.maxParallelLaunches ?? 0 };
}

/** Whether this service has enabled it for the image, as a record says. Otherwise it is somebody else's. */
export function isRecorded({ recorded }: FastLaunches, image: string): boolean {
  return Object.hasOwn(recorded, image);
}

/** Whether EC2 failed to do what was asked of it. */
export function hasFailed({ state }: FastLaunch): boolean {
  return state.endsWith("-failed");
}

/**
 * Why an image must not be disabled or deregistered yet: its snapshots and what makes them would be left behind.
 * Undefined if it may be. If nothing is known, only an image that this service gave it may have it.
 */
export function whyFastLaunched(all: FastLaunches | undefined, image: string): string | undefined {
  if (all?.state === "unknown")
    return isRecorded(all, image) ? `it is unknown whether it still has Fast Launch: ${all.why}` : undefined;
  const shown = fastLaunchOf(all, image);
  if (!shown || !shownOf(all, image)) return undefined;
  return shown.state === "disabling-failed"
    ? `EC2 could not end its Fast Launch: ${shown.reason ?? "without a reason"}`
    : `it has Fast Launch (${shown.state}), which is disabled first`;
}

/** How long a revoked image waits for EC2 to remove its snapshots, in milliseconds: no node should start it any more. */
const removedWithin = hour;

/**
 * As {@link whyFastLaunched}, for an image that nothing may start any more. It does not wait for what EC2 cannot end, or
 * does not end within an hour. What is left of it ends later.
 */
export function whyStillFastLaunched(
  all: FastLaunches | undefined,
  { id, revoked }: Pick<Image, "id" | "revoked">,
  now: number,
): string | undefined {
  const { state, since = 0 } = fastLaunchOf(all, id) ?? {};
  const isLate = state === "disabling" && now - since >= removedWithin;
  const isBlind = all?.state === "unknown" && now - (revoked?.at ?? 0) >= removedWithin;
  return state === "disabling-failed" || isLate || isBlind ? undefined : whyFastLaunched(all, id);
}
