import * as z from "zod";
import { channelNames } from "../../../functions/config/channel-names.ts";
import { Reasons, Time } from "./common.ts";

const Copy = z
  .strictObject({
    id: z.string(),
    image: z.string().describe("Home's image."),
    decision: z.enum(["keep", "enable", "release", "disable", "deregister"]),
    reasons: Reasons,
  })
  .meta({ id: "Copy" });

export const PlaceStatus = z
  .strictObject({
    place: z.string(),
    region: z.string(),
    account: z.string().nullable().describe("Null for the account of the service."),
    method: z.enum(["copy", "share"]),
    prove: z.boolean(),
    unknown: z.string().nullable().describe("Why it is not known how the place stands; null if it answers."),
    awaySince: Time.nullable(),
    copies: z.array(Copy).nullable().describe("Null if it does not answer."),
    unrecorded: z.array(z.string()).nullable().describe("Images there that only look like copies. None is published."),
  })
  .meta({ id: "Place", description: "Another Region or account that gets the same images." });

/** A cell of the matrix of variants, places and channels. */
export const ChannelThere = z
  .strictObject({
    place: z.string(),
    channel: z.enum(channelNames),
    wanted: z.string().nullable().describe("Home's image that the channel is to hold."),
    image: z.string().nullable().describe("Home's image that it holds; null if home recorded none such."),
    id: z.string().nullable().describe("What it holds, by its ID there."),
    since: Time.nullable(),
    state: z.enum(["current", "publish", "wait", "unknown"]),
    reasons: Reasons,
    until: Time.nullable().describe("Null if only AWS, a change or a person ends the wait."),
  })
  .meta({ id: "ChannelThere", description: "A channel of a variant in a place." });
