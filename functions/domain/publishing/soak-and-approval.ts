import type { ChannelName } from "../../config/channel-names.ts";
import { minorOf } from "../../config/kubernetes-versions.ts";
import type { PublishableImage } from "../images.ts";
import type { IndexedImageWorld } from "../indexed-world.ts";
import { fastLaunchBlocker } from "./fast-launch-wait.ts";
import { slowStartHold } from "./slow-start-hold.ts";

/** One thing that keeps a publishable image out of a channel. */
export interface ChannelBlocker {
  of: "soak" | "approval" | "kubernetes" | "slow" | "fast-launch";
  why: string;
  /** When it passes without a person, in milliseconds since the epoch; undefined if it does not. */
  until: number | undefined;
}

/**
 * What keeps a publishable image out of a channel; empty if the channel may take it. A variant's name can outlive its
 * Kubernetes minor: a channel takes no newer minor, because such nodes may not be able to join, and returns to an older
 * one only if it held that image before. An image that this channel has held can return without a new soak or approval,
 * so that a policy changed since then cannot block a rollback. A write that was never read back proves nothing. A slow
 * image waits for both channels, if that is configured.
 */
export function channelBlockers(
  world: IndexedImageWorld,
  channel: ChannelName,
  image: PublishableImage,
): ChannelBlocker[] {
  const { id, variant, inputs, provedAt, approved, held } = image;
  const minor = world.variants.get(variant)?.kubernetes;
  const isOther = minor !== undefined && !inputs.kubernetes.startsWith(`${minor}.`);
  if (isOther && (held[channel] === undefined || minorOf(inputs.kubernetes) > minorOf(minor)))
    return [
      {
        of: "kubernetes",
        why: `${id} has Kubernetes ${inputs.kubernetes}, the variant wants ${minor}`,
        until: undefined,
      },
    ];
  if (held[channel] !== undefined) return [];
  const slow = [slowStartHold(world, channel, image) ?? []].flat();
  const snapshots = fastLaunchBlocker(world, channel, image);
  if (channel === "candidate") return [...slow, ...snapshots];
  const { soak, approval } = world.configuration.policies;
  const soaked = provedAt + soak;
  return [
    ...slow,
    ...(soaked > world.now ? [{ of: "soak" as const, why: `${id} soaks`, until: soaked }] : []),
    ...(approval === "manual" && !approved
      ? [{ of: "approval" as const, why: `${id} waits for its approval`, until: undefined }]
      : []),
    ...snapshots,
  ];
}

/** Whether every blocker passes without a person. */
export function passWithTime(blockers: readonly ChannelBlocker[]): boolean {
  return blockers.every(({ until }) => until !== undefined);
}
