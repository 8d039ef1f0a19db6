import * as z from "zod";
import { purposes } from "../../../functions/domain/build-orders.ts";
import { FailureClass } from "../../../functions/domain/failures.ts";
import { Inputs, Intervention, measures, Reasons, Time } from "./common.ts";

const RememberedBuild = z
  .strictObject({
    build: z.string(),
    purpose: z.enum(purposes),
    place: z.string().nullable().describe("The place that the build proves the image in; null at home."),
    status: z.enum(["running", "succeeded", "failed", "stopped"]),
    attempt: z.number().int(),
    startedAt: Time,
    endedAt: Time.nullable(),
    image: z.string().nullable(),
    failure: z.strictObject({ class: FailureClass, cause: z.string() }).nullable(),
    log: z.string().nullable().describe("The address of its log."),
  })
  .meta({ id: "RememberedBuild" });

const ChannelHistory = z
  .strictObject({
    parameter: z.string(),
    knownSince: Time.nullable().describe("Null if the parameter does not exist."),
    known: z.array(
      z.strictObject({ version: z.number().int(), image: z.string(), at: Time, by: z.string().nullable() }),
    ),
  })
  .meta({ id: "ChannelHistory", description: "What a channel has held; AWS keeps a parameter's last 100 versions." });

const RememberedImage = z
  .strictObject({
    image: z.string(),
    state: z.string(),
    createdAt: Time,
    inputs: Inputs.pick({ baseAmi: true, kubernetes: true, patchTuesday: true }),
    reasons: Reasons,
    proof: z.enum(["passed", "failed"]).nullable(),
    provedAt: Time.nullable(),
    approved: Intervention.nullable(),
    revoked: Intervention.nullable(),
    deprecatedAt: Time.nullable(),
    retiredAt: Time.nullable(),
    unrecorded: z.array(z.string()),
    ...measures,
    inside: z
      .strictObject({ comparedWith: z.string().nullable(), changes: z.array(z.string()) })
      .nullable()
      .describe("What changed inside since the proved image before; null if a report is missing."),
  })
  .meta({ id: "RememberedImage" });

/** The answer of `GET /timeline`. */
export const Timeline = z
  .strictObject({
    now: Time,
    variant: z.string(),
    builds: z.strictObject({
      knownSince: Time.describe("Since then no build is left out."),
      known: z.array(RememberedBuild),
    }),
    channels: z.record(z.string(), ChannelHistory),
    images: z.array(RememberedImage).describe("The newest 200."),
    imagesCut: z.boolean().describe("Whether there are older images than these."),
  })
  .meta({ id: "Timeline" });
