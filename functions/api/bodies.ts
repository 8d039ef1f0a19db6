import * as z from "zod";
import { channelNames } from "../config/channel-names.ts";
import { oneLine } from "../config/clip.ts";
import { everything } from "../domain/pauses.ts";

export const ImageId = z.string().regex(/^ami-[a-f0-9]{8,17}$/, 'an image such as "ami-0123456789abcdef0"');

/** The name of a variant, or any text as long. */
const VariantText = z.string().max(64);

const AnyBody = z.strictObject({
  /**
   * Stored with what the call writes, and part of its notifications, on one line. A reason that is stored in a tag must
   * fit into it.
   */
  reason: z
    .string()
    .overwrite((text) => oneLine(text).trim())
    .min(1)
    .max(500),
  /** If true, the answer says what the call would write and what would follow, and nothing is written. */
  dryRun: z.boolean().default(false),
});

/** `POST /rebuild` */
export const RebuildBody = AnyBody.extend({
  /** A variant of `config.ts`. */
  variant: VariantText,
  /** A call with the same key is the same request. Without a key, every call is a new request. */
  idempotencyKey: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, "1 to 128 of A-Z a-z 0-9 _ . : -")
    .optional(),
});
export type RebuildBody = z.infer<typeof RebuildBody>;

/** `POST /pause` and `/resume` */
export const PauseBody = AnyBody.extend({
  /** A variant, or `*` for everything. */
  variant: VariantText,
});
export type PauseBody = z.infer<typeof PauseBody>;

/** The name of a fleet, or any text as long. */
const FleetText = z.string().max(50);

/** `POST /rollout` */
export const RolloutBody = AnyBody.extend({
  /** A fleet of `config.ts`. */
  fleet: FleetText,
  /** What the fleet should get. With it the call never rolls out what the channel received meanwhile. */
  image: ImageId.optional(),
  /** Whether nodes are replaced even if a disruption budget forbids it. */
  force: z.boolean().default(false),
});
export type RolloutBody = z.infer<typeof RolloutBody>;

/** `POST /hold` and `/release` */
export const HoldBody = AnyBody.extend({
  /** A fleet of `config.ts`; to release, also one that was removed while it was held. */
  fleet: FleetText,
});
export type HoldBody = z.infer<typeof HoldBody>;

/** `POST /adopt`, `/approve`, `/revoke` and `/unrevoke` */
export const ImageBody = AnyBody.extend({
  /** An image of this service. */
  image: ImageId,
});
export type ImageBody = z.infer<typeof ImageBody>;

/** `POST /rollback` */
export const RollbackBody = AnyBody.extend({
  /** A variant of `config.ts`. */
  variant: VariantText,
  /** The channel that goes back. */
  channel: z.enum(channelNames).default("stable"),
  /**
   * What the channel should hold now. With it the call can be repeated, because it never revokes what the channel
   * received meanwhile.
   */
  image: ImageId.optional(),
});
export type RollbackBody = z.infer<typeof RollbackBody>;

const anyBody = {
  reason: "why, 1 to 500 characters; fewer fit into a tag",
  dryRun: "optional, true to see what would happen",
};

/** The allowed bodies, shown to a caller whose body was refused. */
export function examplesFor(variants: readonly string[], fleets: readonly string[]) {
  const variant = variants.join(" | ");
  const fleet = fleets.join(" | ") || "config.ts has no fleet";
  return {
    rebuild: { variant, ...anyBody, idempotencyKey: "optional, 1 to 128 of A-Z a-z 0-9 _ . : -" },
    pause: { variant: [...variants, `${everything} (everything)`].join(" | "), ...anyBody },
    image: { image: "ami-…, an image of this service", ...anyBody },
    rollback: {
      variant,
      ...anyBody,
      channel: `optional, ${channelNames.join(" | ")}; default stable`,
      image: "optional, ami-…: what the channel holds; with it the call can be repeated",
    },
    rollout: {
      fleet,
      ...anyBody,
      image: "optional, ami-…: what the fleet's channel holds; with it the call rolls out no other image",
      force: "optional, true to replace nodes against their disruption budgets; managed node groups only",
    },
    hold: { fleet, ...anyBody },
  };
}
