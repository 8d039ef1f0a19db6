import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import { describeLost, lostImages, settlingTime } from "../building/results.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { sha256 } from "../inputs.ts";
import { inconclusiveProofs, maxProofAttempts, unprovedImage } from "../unproved-image.ts";
import type { VariantImages, VariantState } from "../variant-state.ts";
import type { Keyed } from "./keyed.ts";

export type ImageNotification =
  | {
      kind: "revoked";
      image: string;
      reason: string;
      /** ARN of the caller; undefined if a person wrote the tag by hand. */
      by: string | undefined;
      /** Channels of the variant that hold the image now. */
      holders: ChannelName[];
      /** Whether the variant is configured. The service leaves the channels of a removed variant alone. */
      configured: boolean;
      /** `policies.publish` */
      publishes: boolean;
      /** Whether the image is withdrawn; one that no record names is left as it is. */
      withdraws: boolean;
      /** Whether the image is then also disabled once no channel holds it. */
      disables: boolean;
    }
  | { kind: "unrevoked"; image: string }
  | { kind: "unproved"; image: string; attempts: number }
  | { kind: "image-missing"; build: string; image: string | undefined; why: string; log: string | undefined };

export function imageNotifications(world: IndexedWorld, state: VariantState): Keyed<ImageNotification>[] {
  return [revoked, unrevoked, unproved, imageMissing].flatMap((read) => read(world, state));
}

/** A tag written by hand has no time. The next reconcile run deprecates the image, and that time stands in. */
export function revoked(
  world: IndexedWorld,
  { variant: { name: variant }, images }: VariantImages,
): Keyed<ImageNotification>[] {
  const configured = world.variants.has(variant);
  const bad = images.filter((image) => image.revoked !== undefined);
  return bad.flatMap(({ id: image, origin, revoked, withdrawnAt }): Keyed<ImageNotification>[] => {
    if (!revoked) return [];
    const { reason, by } = revoked;
    return [
      {
        kind: "revoked",
        key: `revoked/${image}/${revoked.at ?? sha256(reason).slice(0, 16)}`,
        variant,
        at: revoked.at ?? withdrawnAt ?? world.now,
        image,
        reason,
        by,
        holders: channelNames.filter((name) => world.channels[variant]?.[name]?.image === image),
        configured,
        publishes: world.configuration.policies.publish,
        withdraws: origin !== undefined,
        disables: world.configuration.policies.disableRevoked,
      },
    ];
  });
}

/** Sent before the withdrawal is undone, because no record of the revocation remains afterwards. */
export function unrevoked(
  world: IndexedWorld,
  { variant: { name: variant }, images }: VariantImages,
): Keyed<ImageNotification>[] {
  const restored = images.filter(({ revoked, withdrawnAt }) => revoked === undefined && withdrawnAt !== undefined);
  return restored.map(({ id: image, withdrawnAt }) => {
    const key = `unrevoked/${image}/${withdrawnAt}`;
    return { kind: "unrevoked", key, variant, at: world.now, image };
  });
}

function unproved(_world: IndexedWorld, state: VariantState): Keyed<ImageNotification>[] {
  const image = unprovedImage(state);
  if (!image) return [];
  const attempts = inconclusiveProofs(state, image.id).filter(({ status }) => status !== "running");
  if (attempts.length < maxProofAttempts) return [];
  const common = { key: `unproved/${image.id}`, variant: state.variant.name };
  const at = attempts[0]?.endedAt ?? image.createdAt;
  return [{ ...common, kind: "unproved", at, image: image.id, attempts: attempts.length }];
}

function imageMissing(world: IndexedWorld, state: VariantState): Keyed<ImageNotification>[] {
  return lostImages(world, state).map((build) => ({
    kind: "image-missing",
    key: `image-missing/${build.id}`,
    variant: state.variant.name,
    at: (build.endedAt ?? build.startedAt) + settlingTime,
    build: build.id,
    image: build.image,
    why: describeLost(build),
    log: build.log,
  }));
}
