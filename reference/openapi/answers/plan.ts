import * as z from "zod";
import { channelNames } from "../../../functions/config/channel-names.ts";
import { purposes } from "../../../functions/domain/build-orders.ts";
import { leftoverTypes } from "../../../functions/domain/leftovers.ts";
import { Inputs, Reasons, Time } from "./common.ts";

const variant = z.string();
const image = z.string();
const fleet = z.string();
const channel = z.enum(channelNames);
const about = { variant, reasons: Reasons };
const ofFleet = { ...about, fleet };
const until = Time.nullable().describe("Null if only a change or a person helps.");
const leaves = z.boolean().describe("Whether the fleet goes back.");

const Announce = z.strictObject({
  do: z.literal("announce"),
  variant,
  fact: z.string().describe("The key under which the notification is recorded once it is sent."),
});

const Build = z
  .strictObject({ do: z.enum(purposes), ...about, inputs: Inputs, token: z.string() })
  .describe("A build of CodeBuild. The token identifies what it makes.");

const Publish = z.strictObject({
  do: z.literal("publish"),
  ...about,
  channel,
  image,
  previous: z.string().optional().describe("What the channel holds now."),
  leaves: z.string().optional().describe("Why no node should start that; left out if the image is only newer."),
});

const Confirm = z
  .strictObject({ do: z.literal("confirm"), ...about, channel, image })
  .describe("Records that a write was read back from its channel.");

const OnImage = z
  .strictObject({ do: z.enum(["record", "deprecate", "restore", "release", "deregister"]), ...about, image })
  .describe("Records or ends a revocation, exempts an image from retention, or deregisters it.");

const FastLaunch = z
  .strictObject({ do: z.enum(["enable-fast-launch", "disable-fast-launch"]), ...about, image })
  .describe("Asks EC2 to keep snapshots of an image ready, or to remove them.");

const Disable = z.strictObject({
  do: z.literal("disable"),
  ...about,
  image,
  because: z.enum(["revoked", "retired"]),
});

const Roll = z
  .strictObject({
    do: z.enum(["roll", "point"]),
    ...ofFleet,
    image,
    from: z.string().nullable().describe("What new nodes start from now; null if that is unknown."),
    leaves,
    force: z.boolean().describe("Whether nodes are replaced against their disruption budgets."),
  })
  .describe("Changes a group's launch template (roll) or the fleet's own parameter (point).");

const Refresh = z
  .strictObject({ do: z.literal("refresh"), ...ofFleet, image, leaves })
  .describe("Starts an instance refresh.");
const Cancel = z
  .strictObject({ do: z.literal("cancel"), ...ofFleet, update: z.string() })
  .describe("Stops an instance refresh.");
const Prune = z
  .strictObject({ do: z.literal("prune"), ...ofFleet, template: z.string(), versions: z.array(z.number()) })
  .describe("Deletes versions of a launch template that nothing needs.");
const Arrive = z
  .strictObject({ do: z.literal("arrive"), ...ofFleet, image })
  .describe("Records that all nodes of a fleet run an image.");
const Ending = z
  .strictObject({
    status: z.enum(["running", "succeeded", "failed", "cancelled", "rolled-back"]),
    detail: z.string().optional().describe("In AWS's words."),
  })
  .describe("How AWS ended it.");
const Conclude = z
  .strictObject({
    do: z.literal("conclude"),
    ...ofFleet,
    attemptAt: z.number().describe("Milliseconds since the epoch."),
    ending: Ending,
  })
  .describe("Records how a rollout that failed ended.");

const Sighting = z
  .strictObject({ do: z.literal("sight"), ...ofFleet, sight: z.enum(["lost", "found"]) })
  .describe("Records that AWS shows a fleet no more, or again.");

const ofPlace = { ...about, place: z.string() };
const there = z.string().describe("The image's ID in the place.");

const PlaceSighting = z
  .strictObject({ do: z.literal("sight-place"), ...ofPlace, sight: z.enum(["lost", "found"]) })
  .describe("Records that a place answers no more, or again. The variant is `*`.");

const Copy = z
  .strictObject({ do: z.literal("copy"), ...ofPlace, image, attempt: z.int() })
  .describe("Asks EC2 to copy an image into a place.");

const Share = z
  .strictObject({ do: z.enum(["share", "unshare"]), ...ofPlace, image })
  .describe("Shares an image with a place, or no more.");

const PublishThere = z
  .strictObject({
    do: z.literal("publish-there"),
    ...ofPlace,
    channel,
    image,
    id: there,
    previous: z.string().optional().describe("What the channel holds now, by its ID there."),
    leaves: z.string().optional().describe("Why no node should start that; left out if the image is only newer."),
  })
  .describe("Writes a channel of a place.");

const OnCopy = z
  .strictObject({
    do: z.enum(["enable-there", "release-there", "disable-there", "deregister-there"]),
    ...ofPlace,
    image,
    id: there,
  })
  .describe("Enables, disables or deregisters the copy of an image, or exempts it from retention.");

const FastLaunchThere = z
  .strictObject({ do: z.literal("fast-launch-there"), ...ofPlace, image, id: there, enable: z.boolean() })
  .describe("Enables or disables Fast Launch of an image in a place.");

const Sweep = z
  .strictObject({
    do: z.literal("sweep"),
    ...about,
    type: z.enum(leftoverTypes),
    resource: z.string(),
    mark: z.string().optional(),
    token: z.string(),
  })
  .describe("Removes what a killed build left behind.");

const Wait = z
  .union([
    z.strictObject({ do: z.literal("wait"), ...about, for: z.enum([...channelNames, "build"]), until }),
    z.strictObject({ do: z.literal("wait"), ...ofFleet, for: z.literal("fleet"), until }),
    z.strictObject({ do: z.literal("wait"), ...about, for: z.literal("fast-launch"), image, until }),
    z.strictObject({ do: z.literal("wait"), ...ofPlace, for: z.literal("place"), channel: channel.optional(), until }),
    z.strictObject({ do: z.literal("wait"), ...about, for: z.literal("sweep"), resource: z.string(), until }),
  ])
  .describe("Something that is wanted and cannot be done yet.");

const Nothing = z.strictObject({ do: z.literal("nothing"), ...about });

export const PlannedAction = z
  .union([
    Announce,
    Build,
    Publish,
    Confirm,
    OnImage,
    Disable,
    FastLaunch,
    Roll,
    Refresh,
    Cancel,
    Prune,
    Arrive,
    Conclude,
    Sighting,
    PlaceSighting,
    Copy,
    Share,
    PublishThere,
    OnCopy,
    FastLaunchThere,
    Sweep,
    Wait,
    Nothing,
  ])
  .meta({ id: "Action", description: "One thing that the next reconcile run does or does not do." });

/** The answer of `GET /plan`. */
export const Plan = z.strictObject({ now: Time, actions: z.array(PlannedAction) }).meta({ id: "Plan" });
