import type { ChannelName } from "../../config/channel-names.ts";
import { minorOf } from "../../config/kubernetes-versions.ts";
import type { Channel } from "../channels.ts";
import type { PublishableImage } from "../images.ts";
import type { ImageWorld } from "../world.ts";

/** One thing that keeps a publishable image out of a channel. */
export interface ChannelBlocker {
  of: "soak" | "approval" | "kubernetes";
  why: string;
  /** When it passes without a person, in milliseconds since the epoch; undefined if it does not. */
  until: number | undefined;
}

/**
 * What keeps a publishable image out of a channel; empty if the channel may take it. A variant's name can outlive its Kubernetes minor: a channel
 * takes no newer minor, because such nodes may not be able to join, and returns to an older one only if it held that image before. An image
 * already published to this channel can return without a new soak or approval, so that a policy changed since then cannot block a rollback.
 */
export function channelBlockers(
  world: ImageWorld,
  channel: ChannelName,
  { id, variant, inputs, provedAt, approved, published }: PublishableImage,
): ChannelBlocker[] {
  const minor = world.configuration.variants.find(({ name }) => name === variant)?.kubernetes;
  const isOther = minor !== undefined && !inputs.kubernetes.startsWith(`${minor}.`);
  if (isOther && (!published[channel] || minorOf(inputs.kubernetes) > minorOf(minor)))
    return [
      {
        of: "kubernetes",
        why: `${id} has Kubernetes ${inputs.kubernetes}, the variant wants ${minor}`,
        until: undefined,
      },
    ];
  if (channel === "candidate" || published[channel]) return [];
  const { soak, approval } = world.configuration.policies;
  const soaked = provedAt + soak;
  return [
    ...(soaked > world.now ? [{ of: "soak" as const, why: `${id} soaks`, until: soaked }] : []),
    ...(approval === "manual" && !approved
      ? [{ of: "approval" as const, why: `${id} waits for its approval`, until: undefined }]
      : []),
  ];
}

/** Whether every blocker passes without a person. */
export function passWithTime(blockers: readonly ChannelBlocker[]): boolean {
  return blockers.every(({ until }) => until !== undefined);
}

/** Why the channel should leave what it holds for this image; undefined if it should not (rule 3). */
export function reasonToMove(
  world: ImageWorld,
  current: Channel | undefined,
  image: PublishableImage,
): string | undefined {
  if (!current) return `${image.id} is the first image of the channel`;
  if (image.id === current.image) return undefined;
  const { holds } = current;
  const bad = reasonToLeave(world, current);
  if (bad) return bad;
  return holds.status === "described" && image.createdAt > holds.createdAt
    ? `${image.id} is newer than ${current.image}`
    : undefined;
}

/** Why no node should start what the channel holds, whichever variant made it; undefined if the image is good or its state is unknown. */
export function reasonToLeave({ images }: ImageWorld, { holds, image }: Channel): string | undefined {
  if (holds.status === "gone") return `${image} is gone`;
  if (holds.status === "described" && holds.state === "disabled") return `${image} is disabled`;
  const revoked = images.find(({ id }) => id === image)?.revoked;
  return revoked === undefined ? undefined : `${image} is revoked: ${revoked.reason}`;
}

/** Why the state of the channel's image is uncertain. An image that one call lists and another call does not is neither there nor gone. */
export function whyUncertain({ images }: ImageWorld, { holds, image }: Channel): string | undefined {
  if (holds.status === "unknown") return holds.why;
  return holds.status === "gone" && images.some(({ id, state }) => id === image && state !== "deregistered")
    ? `${image} is among our images, but cannot be described by its ID`
    : undefined;
}
