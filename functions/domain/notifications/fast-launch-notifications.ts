import type { ChannelName } from "../../config/channel-names.ts";
import { channelNames } from "../../config/channel-names.ts";
import { hour } from "../../config/time.ts";
import { askedAgainAt, type FastLaunchFailure, failureOf } from "../fast-launch/failures.ts";
import { type FastLaunchState, fastLaunchOf, hasFailed } from "../fast-launches.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { sha256 } from "../inputs.ts";
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

/** What a channel took longer ago than this, in milliseconds, is not told: the policy may be younger. */
const toldWithin = 6 * hour;

/** The first image of a channel waits for nothing, so nothing is told of it. */
function tookWithout(world: IndexedWorld): Keyed<FastLaunchNotification>[] {
  const { fastLaunch: policy } = world.configuration.policies;
  if (policy?.before !== "publication" || world.fastLaunch?.state !== "known") return [];
  const own = channelNames.filter((name) => policy.channels.includes(name));
  return [...world.variants.keys()].flatMap((variant) =>
    own.flatMap((channel): Keyed<FastLaunchNotification>[] => {
      const holds = world.channels[variant]?.[channel];
      if (!holds || world.now - holds.writtenAt > toldWithin) return [];
      const { image, writtenAt: at } = holds;
      const written = world.imagesById().get(image)?.published[channel];
      const state = fastLaunchOf(world.fastLaunch, image)?.state;
      if (written?.previous === undefined || state === "enabled") return [];
      const key = `fast-launch-late/${variant}/${channel}/${image}`;
      return [{ kind: "fast-launch-late", key, variant, at, image, channel, state }];
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
