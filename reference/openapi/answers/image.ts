import * as z from "zod";
import { fastLaunchStates } from "../../../functions/domain/fast-launches.ts";
import { Inputs, Intervention, measures, Reasons, Time } from "./common.ts";

/** A write to a channel; none is left out. */
const ChannelWrite = z
  .strictObject({ at: Time, previous: z.string().nullable().describe("What the channel held before.") })
  .optional();

const common = {
  image: z.string().describe("The AMI's ID."),
  state: z.string().describe("EC2's word, such as available or disabled."),
  createdAt: Time,
  made: z.boolean().describe("Whether a record says that this service made it, or a person has adopted it."),
  unrecorded: z.array(z.string()).describe("What its tags claim without a record."),
};

const retention = z
  .strictObject({ decision: z.enum(["keep", "disable", "deregister"]), reasons: Reasons })
  .describe("What retention decides about it now.");

export const ImageStatus = z
  .strictObject({
    ...common,
    inputs: Inputs.pick({ baseAmi: true, kubernetes: true, patchTuesday: true }).describe("What it is made from."),
    reasons: Reasons.describe("Why its build was started."),
    proof: z.enum(["passed", "failed"]).nullable().describe("Null if it has no result."),
    provedAt: Time.nullable(),
    soakedAt: Time.nullable().describe("When its proof is old enough for stable. The approval is separate."),
    approved: Intervention.nullable(),
    revoked: Intervention.nullable(),
    deprecatedAt: Time.nullable(),
    retiredAt: Time.nullable(),
    ...measures,
    slowStart: z.string().nullable().describe("How its start is slow; null if it is not, or too little is known."),
    publishable: z.string().describe("yes, or why no channel may take it."),
    keptOutOfStableBy: Reasons,
    written: z
      .strictObject({ candidate: ChannelWrite, stable: ChannelWrite })
      .describe("The last write of the image to each channel."),
    retention,
    fastLaunch: z
      .strictObject({
        state: z.enum(fastLaunchStates),
        reason: z.string().nullable().describe("In AWS's words."),
        since: Time.nullable(),
      })
      .nullable()
      .describe("What EC2 shows of its Fast Launch; null if it has none, if that is unknown, and without the policy."),
  })
  .meta({ id: "Image", description: "An image of a configured variant." });

export const RemovedImage = z
  .strictObject({ ...common, retention })
  .meta({ id: "RemovedImage", description: "An image of a variant that was removed from config.ts." });
