import { channelNames } from "../../config/channel-names.ts";
import { minute } from "../../config/time.ts";
import type { Image } from "../../io/images.ts";
import type { Action } from "../actions.ts";
import type { Stock } from "../variant-state.ts";
import type { World } from "../world.ts";
import { isUnderWay } from "./channel-writes.ts";

/** A deprecation that begins within this, in milliseconds, has as good as begun: EC2 takes none that begins now. */
const soon = 5 * minute;

/**
 * A revoked image is deprecated at once, so that Karpenter drops it sooner, and disabled (where `disableRevoked` says so) when no channel
 * holds it, whether its variant is configured or not. Both are undone when it is not revoked any more, but never what somebody else did to it.
 */
export function withdrawals(world: World, state: Stock): Action[] {
  const variant = state.variant.name;
  return state.images.flatMap((image): Action[] => {
    const { id, revoked, withdrawnAt, retiredAt } = image;
    if (revoked === undefined)
      return withdrawnAt !== undefined && retiredAt === undefined
        ? [{ do: "restore", variant, image: id, reasons: [`${id} is no longer revoked`] }]
        : [];
    if (image.state !== "available") return [];
    const reasons = [`${id} is revoked: ${revoked.reason}`];
    const deprecated = image.deprecatedAt !== undefined && image.deprecatedAt <= world.now + soon;
    const disable = world.configuration.policies.disableRevoked && !mayBeHeld(world, state, image);
    const why = [...reasons, "no channel holds it"];
    return [
      ...(deprecated ? [] : [{ do: "deprecate" as const, variant, image: id, reasons }]),
      ...(disable ? [{ do: "disable" as const, variant, image: id, because: "revoked" as const, reasons: why }] : []),
    ];
  });
}

/** Whether a channel holds the image, or may at any moment because its write is under way. */
export function mayBeHeld(world: World, state: Stock, image: Image): boolean {
  return (
    Object.values(world.channels).some((channels) => Object.values(channels).some((held) => held.image === image.id)) ||
    channelNames.some((channel) => isUnderWay(world, state, channel, image))
  );
}
