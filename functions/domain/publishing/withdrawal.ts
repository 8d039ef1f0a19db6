import { channelNames } from "../../config/channel-names.ts";
import { minute } from "../../config/time.ts";
import { whyStillFastLaunched } from "../fast-launches.ts";
import type { Image, Revocation } from "../images.ts";
import type { IndexedImageWorld } from "../indexed-world.ts";
import type { Unshare } from "../places/actions.ts";
import { useInPlaces } from "../places/use-in-places.ts";
import type { VariantImages } from "../variant-state.ts";
import { isUnderWay } from "./channel-writes.ts";

/**
 * What a revocation does to an image. `record` keeps a revocation that a person wrote as a tag by hand, so that
 * deleting the tag does not take it back. `restore` undoes all after an unrevoke.
 */
export type WithdrawalAction =
  | { do: "record" | "deprecate" | "restore"; variant: string; image: string; reasons: string[] }
  | { do: "disable"; variant: string; image: string; because: "revoked"; reasons: string[] };

/**
 * A deprecation that begins within this time, in milliseconds, counts as begun, because EC2 accepts none that begins
 * now. A tag is visible everywhere after less than that.
 */
const soon = 5 * minute;

/**
 * A revoked image is deprecated at once and, with `disableRevoked`, disabled as soon as no channel holds it, even if
 * its variant is no longer configured. An unrevoke restores both, but never undoes what a person did to the image.
 * An image that no record names is left alone: a tag must not make the service disable images of others.
 *
 * Neither makes nodes leave the image sooner: they follow the channel. Karpenter caches a parameter of the user's for
 * five minutes and looks at deprecations only for parameters of AWS's own images (karpenter-provider-aws,
 * pkg/providers/ssm/types.go and pkg/controllers/providers/ssm/invalidation/controller.go).
 */
export function withdrawals(world: IndexedImageWorld, state: VariantImages): (WithdrawalAction | Unshare)[] {
  const variant = state.variant.name;
  const concerned = state.images.filter((image) => image.revoked !== undefined || isWithdrawn(image));
  return concerned.flatMap((image): (WithdrawalAction | Unshare)[] => {
    const { id, origin, state: is, revoked, retirementRecorded } = image;
    if (origin === undefined) return [];
    if (revoked === undefined)
      return !(is === "disabled" && retirementRecorded)
        ? [{ do: "restore", variant, image: id, reasons: [`${id} is no longer revoked`] }]
        : [];
    const reasons = [`${id} is revoked: ${revoked.reason}`];
    const record = toRecord(world, image).length > 0 ? [{ do: "record" as const, variant, image: id, reasons }] : [];
    if (image.state !== "available") return record;
    const deprecated = image.deprecatedAt !== undefined && image.deprecatedAt <= world.now + soon;
    const leaves = isToBeDisabled(world, state, image) && !whyStillFastLaunched(world.fastLaunch, image, world.now);
    const there = leaves ? useInPlaces(world, image, "revoked") : undefined;
    const disable = there?.use === "none";
    const why = [...reasons, "no channel holds it"];
    return [
      ...record,
      ...(deprecated ? [] : [{ do: "deprecate" as const, variant, image: id, reasons }]),
      ...(there?.use === "shared"
        ? there.places.map((place) => ({ do: "unshare" as const, place, variant, image: id, reasons }))
        : []),
      ...(disable ? [{ do: "disable" as const, variant, image: id, because: "revoked" as const, reasons: why }] : []),
    ];
  });
}

/**
 * Whether a revoked image is to be disabled as far as channels tell. Its Fast Launch goes first, if EC2 ends it in time.
 * @param image an available image with a record
 */
export function isToBeDisabled(world: IndexedImageWorld, state: VariantImages, image: Image): boolean {
  const { disableRevoked } = world.configuration.policies;
  return disableRevoked && image.revoked !== undefined && !mayBeHeld(world, state, image);
}

/**
 * Whether a revocation has changed the image and that is not undone. Without its tag, which a person can delete or a run
 * that ends too early leaves without a record of the end, the record that it was disabled still tells.
 */
function isWithdrawn({ withdrawnAt, disabledByRevocation }: Image): boolean {
  return withdrawnAt !== undefined || disabledByRevocation;
}

/**
 * The revocations that only a tag tells of. EC2 may still show the tag for a while after an unrevoke has removed it, and
 * a record made then would revoke the image again.
 */
export function toRecord({ now }: Pick<IndexedImageWorld, "now">, { revocations }: Image): Revocation[] {
  return revocations.filter(
    ({ recorded, takenBackAt }) => !recorded && (takenBackAt === undefined || now - takenBackAt >= soon),
  );
}

/** Whether a channel holds the image, or may hold it at any moment because its write is under way. */
function mayBeHeld(world: IndexedImageWorld, state: VariantImages, image: Image): boolean {
  return world.holders.has(image.id) || channelNames.some((channel) => isUnderWay(world, state, channel, image));
}
