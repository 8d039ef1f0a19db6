import { z } from "zod";
import { channelNames } from "../config/channel-names.ts";

const ImageId = z.string().regex(/^ami-[a-f0-9]{8,17}$/, 'an image such as "ami-0123456789abcdef0"');

const Every = z.strictObject({
  /** Kept with what is written, and told to the subscribers where they are told of it. What goes into a tag may be shorter: it has to fit. */
  reason: z.string().trim().min(1).max(500),
  /** Answers what would be done and what would follow, and does nothing. */
  dryRun: z.boolean().default(false),
});

/** `POST /rebuild` */
export const RebuildOrder = Every.extend({
  variant: z.string(),
  /** The same key again is the same request; without one every call is a new one. */
  idempotencyKey: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, "1 to 128 of A-Z a-z 0-9 _ . : -")
    .optional(),
});
export type RebuildOrder = z.infer<typeof RebuildOrder>;

/** `POST /revoke`, `/unrevoke` and `/promote` */
export const ImageOrder = Every.extend({ image: ImageId });
export type ImageOrder = z.infer<typeof ImageOrder>;

/** `POST /rollback` */
export const RollbackOrder = Every.extend({
  variant: z.string(),
  channel: z.enum(channelNames).default("stable"),
  /** What the channel should hold now: the call may be repeated then, for it never takes back what the channel got meanwhile. */
  image: ImageId.optional(),
});
export type RollbackOrder = z.infer<typeof RollbackOrder>;

const every = {
  reason: "why, 1 to 500 characters; a tag holds fewer",
  dryRun: "optional, true to see what would happen",
};

/** What a body may be, for people whose call was refused. */
export function examplesFor(variants: readonly string[]) {
  const variant = variants.join(" | ");
  return {
    rebuild: { variant, ...every, idempotencyKey: "optional, 1 to 128 of A-Z a-z 0-9 _ . : -" },
    image: { image: "ami-…, one of ours", ...every },
    rollback: {
      variant,
      ...every,
      channel: `optional, ${channelNames.join(" | ")}; stable without it`,
      image: "optional, ami-…: what the channel holds; with it the call can be repeated",
    },
  };
}
