import * as z from "zod";
import { channelNames } from "./channel-names.ts";
import { Duration, text, whole } from "./fields.ts";

/** EC2 accepts no smaller number (EC2 API reference, EnableFastLaunch), and takes it if none is given. */
export const leastParallelLaunches = 6;

/** The quota of an account in a Region, unless AWS has raised it (EC2 user guide, "EC2 Fast Launch prerequisites"). */
const defaultQuota = 40;

const templateVersion =
  'the number of a version in quotes, such as "3", because who can write $Latest decides what runs';

/** A launch template of the user's, with exactly one of `id` and `name`. */
const FastLaunchTemplate = z
  .strictObject({
    /** The template's ID. */
    id: text(/^lt-[a-f0-9]{8,17}$/, 'a launch template such as "lt-0123456789abcdef0"').optional(),
    /** Or its name. */
    name: text(/^[\w()./-]{3,128}$/, "the name of a launch template").optional(),
    /** The number of its version. */
    version: text(/^[1-9]\d{0,8}$/, templateVersion),
  })
  .refine(
    ({ id, name }) => (id === undefined) !== (name === undefined),
    'either an id or a name, such as { id: "lt-0123456789abcdef0", version: "3" }',
  );

/** EC2 Fast Launch for the images that channels hold (docs/fast-launch.md). */
export const FastLaunch = z
  .strictObject({
    /** The channels whose images get it. With an empty list, every image loses it. */
    channels: z
      .array(z.enum(channelNames))
      .refine((channels) => new Set(channels).size === channels.length, "each channel once")
      .default(["stable"]),
    /** How many snapshots EC2 keeps ready for each image. One serves one start, and EC2 makes another one then. */
    targetResourceCount: whole(1, 1000).default(5),
    /** How many instances EC2 may run at once for an image to make its snapshots. */
    maxParallelLaunches: whole(leastParallelLaunches, 1000).default(leastParallelLaunches),
    /**
     * How EC2 starts these instances, instead of the template that the deployment makes. Never the nodes' own: its user
     * data would join the cluster.
     */
    launchTemplate: FastLaunchTemplate.optional(),
    /** `publication`: a channel takes an image only once EC2 has its first snapshot, at most `maxWait` later than else. */
    before: z.enum(["publication", "never"]).default("never"),
    /** With `before: "publication"`, how long a channel waits. Then it takes the image and subscribers are told. */
    maxWait: Duration.prefault("2h"),
    /** The account's quota of parallel launches in this Region, over all images. */
    quota: whole(leastParallelLaunches, 10_000).default(defaultQuota),
  })
  .refine(({ maxParallelLaunches, quota }) => maxParallelLaunches <= quota, {
    path: ["maxParallelLaunches"],
    message: "at most the quota",
  });
export type FastLaunch = z.infer<typeof FastLaunch>;
