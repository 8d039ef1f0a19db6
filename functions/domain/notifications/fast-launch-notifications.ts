import type { ChannelName } from "../../config/channel-names.ts";
import { channelNames } from "../../config/channel-names.ts";
import { hour } from "../../config/time.ts";
import { askedAgainAt, type FastLaunchFailure, failureOf } from "../fast-launch/failures.ts";
import { type FastLaunchState, fastLaunchOf, hasFailed } from "../fast-launches.ts";
import { isPublishable } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { sha256 } from "../inputs.ts";
import { fastLaunchDueAt } from "../publishing/fast-launch-wait.ts";
import type { Keyed } from "./keyed.ts";

export type FastLaunchNotification =
  /** EC2 failed to make the snapshots of an image, or to remove them. */
  | {
      kind: "fast-launch-failed";
      image: string;
      state: FastLaunchState;
      /** AWS's words. */
      reason: string | undefined;
      failure: FastLaunchFailure;
      /** When EC2 is asked again, in milliseconds since the epoch. */
      again: number;
    }
  /** A channel waited for the snapshots of an image and has taken it without them. */
  | { kind: "fast-launch-late"; image: string; channel: ChannelName; state: FastLaunchState | undefined };

export function fastLaunchNotifications(world: IndexedWorld): Keyed<FastLaunchNotification>[] {
  return [...failures(world), ...tookWithout(world)];
}

/** Once for each image, state and reason: EC2 is asked again and again, and may fail in the same way each time. */
function failures({ fastLaunch, now }: IndexedWorld): Keyed<FastLaunchNotification>[] {
  if (fastLaunch?.state !== "known") return [];
  return Object.entries(fastLaunch.recorded).flatMap(([image, variant]): Keyed<FastLaunchNotification>[] => {
    const shown = fastLaunchOf(fastLaunch, image);
    if (!shown || !hasFailed(shown)) return [];
    const { state, reason, since = now } = shown;
    const key = `fast-launch-failed/${image}/${state}/${sha256(withoutIds(reason ?? "")).slice(0, 16)}`;
    const failure = failureOf(shown);
    const again = Math.max(now, askedAgainAt(shown));
    return [{ kind: "fast-launch-failed", key, variant, at: since, image, state, reason, failure, again }];
  });
}

/**
 * A channel that took the image longer than this after its wait had ended, in milliseconds, did not wait for it: it
 * returned to the image, or the policy is younger.
 */
const toldWithin = 6 * hour;

/** A channel that had to leave what it held took the image earlier. */
function tookWithout(world: IndexedWorld): Keyed<FastLaunchNotification>[] {
  const { fastLaunch: policy } = world.configuration.policies;
  if (policy?.before !== "publication" || world.fastLaunch?.state !== "known") return [];
  return [...world.variants.keys()].flatMap((variant) =>
    channelNames.flatMap((channel): Keyed<FastLaunchNotification>[] => {
      const { image: id = "", writtenAt: at = 0 } = world.channels[variant]?.[channel] ?? {};
      const image = world.imagesById().get(id);
      const due = image && isPublishable(image) ? fastLaunchDueAt(world, channel, image) : undefined;
      if (due === undefined || at < due || Math.max(at, world.now) - due > toldWithin) return [];
      const state = fastLaunchOf(world.fastLaunch, id)?.state;
      // The first image of a channel waits for nothing.
      if (image?.published[channel]?.previous === undefined || state === "enabled") return [];
      const key = `fast-launch-late/${variant}/${channel}/${id}`;
      return [{ kind: "fast-launch-late", key, variant, at, image: id, channel, state }];
    }),
  );
}

/** AWS's words without what differs in each attempt: IDs of resources and requests, and times. */
function withoutIds(reason: string): string {
  return reason.replaceAll(
    /\b[a-z]+-[0-9a-f]{8,17}\b|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\d{4}-\d\d-\d\dT\S+/g,
    "",
  );
}
