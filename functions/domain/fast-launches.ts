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
export type FastLaunches = {
  /** The variants of the images for which a record says that this service has enabled it, by ID, gone ones, too. */
  recorded: Readonly<Record<string, string>>;
} & (
  | {
      state: "known";
      /** By image ID, of all images for which this account has it, whoever made them. */
      images: Readonly<Record<string, FastLaunch>>;
    }
  | { state: "unknown"; why: string }
);

/** What EC2 shows of an image; undefined if it shows nothing, or nothing is known. */
export function fastLaunchOf(all: FastLaunches | undefined, image: string): FastLaunch | undefined {
  return all?.state === "known" && Object.hasOwn(all.images, image) ? all.images[image] : undefined;
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
  if (!shown) return undefined;
  return shown.state === "disabling-failed"
    ? `EC2 could not end its Fast Launch: ${shown.reason ?? "without a reason"}`
    : `it has Fast Launch (${shown.state}), which is disabled first`;
}
