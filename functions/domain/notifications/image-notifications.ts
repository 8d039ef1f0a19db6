import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import { describeLost, lostImages } from "../building/lost-images.ts";
import { mostProofAttempts, unprovedImage, vainProofs } from "../building/proofs.ts";
import { settlingTime } from "../building/settling.ts";
import { sha256 } from "../inputs.ts";
import type { Stock, VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import type { Told } from "./notification.ts";

export type ImageFact =
  | {
      kind: "revoked";
      image: string;
      reason: string;
      /** ARN of who did it; undefined where somebody wrote the tag by hand. */
      by: string | undefined;
      /** Channels of the variant that hold it now. */
      holders: ChannelName[];
      /** Whether its variant is: channels of one that is not stay as they are. */
      configured: boolean;
      /** Whether it is disabled, too, once no channel holds it. */
      disables: boolean;
    }
  | { kind: "unrevoked"; image: string }
  | { kind: "unproved"; image: string; attempts: number }
  | { kind: "image-missing"; build: string; image: string | undefined; why: string; log: string | undefined };

export function imageFacts(world: World, state: VariantState): Told<ImageFact>[] {
  return [revoked, unrevoked, unproved, imageMissing].flatMap((read) => read(world, state));
}

/** A tag that somebody wrote by hand has no time; the service deprecates a revoked image with its first look at it. */
export function revoked(world: World, { variant: { name: variant }, images }: Stock): Told<ImageFact>[] {
  const configured = world.configuration.variants.some(({ name }) => name === variant);
  return images.flatMap(({ id: image, revoked, withdrawnAt }): Told<ImageFact>[] => {
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
        disables: world.configuration.policies.disableRevoked,
      },
    ];
  });
}

/** Told before what the revocation brought about is undone: afterwards nothing is left of it. */
export function unrevoked(world: World, { variant: { name: variant }, images }: Stock): Told<ImageFact>[] {
  return images.flatMap(({ id: image, revoked, withdrawnAt }): Told<ImageFact>[] =>
    revoked === undefined && withdrawnAt !== undefined
      ? [{ kind: "unrevoked", key: `unrevoked/${image}/${withdrawnAt}`, variant, at: world.now, image }]
      : [],
  );
}

function unproved(_world: World, state: VariantState): Told<ImageFact>[] {
  const image = unprovedImage(state);
  if (!image) return [];
  const attempts = vainProofs(state, image.id).filter(({ status }) => status !== "running");
  if (attempts.length < mostProofAttempts) return [];
  const common = { key: `unproved/${image.id}`, variant: state.variant.name };
  const at = attempts[0]?.endedAt ?? image.createdAt;
  return [{ ...common, kind: "unproved", at, image: image.id, attempts: attempts.length }];
}

function imageMissing(world: World, state: VariantState): Told<ImageFact>[] {
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
