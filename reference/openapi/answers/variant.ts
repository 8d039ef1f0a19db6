import * as z from "zod";
import { baseFamilies } from "../../../functions/config/variant.ts";
import { purposes } from "../../../functions/domain/build-orders.ts";
import { FailureClass } from "../../../functions/domain/failures.ts";
import { Inputs, measures, Reasons, RecordedInputs, Time } from "./common.ts";
import { ImageStatus, RemovedImage } from "./image.ts";
import { ChannelThere } from "./place.ts";
import { PlannedAction } from "./plan.ts";

const image = z.string().nullable();

const ChannelStatus = z
  .strictObject({
    parameter: z.string().describe("The name of the parameter that nodes resolve."),
    image: image.describe("What it holds."),
    since: Time.nullable(),
    ...measures,
    behind: Reasons.nullable().describe("What that image is behind; null if it is none of the variant's."),
    unfit: z
      .string()
      .nullable()
      .describe("Why no node should start what it holds; null if nothing is known against it."),
    next: image.describe("What the next reconcile run writes."),
    waitsUntil: Time.nullable().describe("When what the next image waits for passes without a person."),
    outlook: z.string().describe("The same in words."),
  })
  .meta({ id: "Channel" });

const Harvest = z
  .strictObject({
    from: z.string().nullable().describe("AWS's EKS image."),
    manifest: z.string().nullable().describe("SHA-256 of the manifest; null if there is none."),
    why: z.string().nullable().describe("Why there is none."),
  })
  .meta({ id: "Harvest" });

const log = z.string().nullable().describe("The address of its log.");

const RunningBuild = z
  .strictObject({
    build: z.string(),
    purpose: z.enum(purposes),
    phase: z.string().describe("CodeBuild's word."),
    since: Time,
    log,
  })
  .meta({ id: "RunningBuild" });

/** A build of CodeBuild that failed before it could name a class has none. */
const LastFailure = z
  .strictObject({
    build: z.string(),
    purpose: z.enum(purposes),
    at: Time,
    class: FailureClass.optional().describe("The failure class. docs/operations.md says what each means."),
    cause: z.string().optional(),
    lines: z.array(z.string()).optional().describe("The last lines of the failed step, newest last."),
    log,
  })
  .meta({ id: "LastFailure" });

const NextBuild = z
  .strictObject({
    at: z
      .union([z.literal("now"), Time])
      .nullable()
      .describe("Null if none is needed, or only a person or a change helps."),
    reasons: Reasons,
  })
  .meta({ id: "NextBuild" });

export const VariantStatus = z
  .strictObject({
    variant: z.string(),
    base: z.enum(baseFamilies),
    paused: z.string().nullable().describe("Why it is paused."),
    channels: z.record(z.string(), ChannelStatus).describe("By name: candidate and stable."),
    places: z.array(ChannelThere).describe("Its channels in each place."),
    newestImage: image.describe("The newest one that may be published."),
    recorded: RecordedInputs.nullable().describe("What that image was made from."),
    desired: Inputs,
    unknown: z.array(z.string()).describe("Why inputs are missing from desired."),
    drift: Reasons.describe("How recorded and desired differ."),
    behindSince: Time.nullable().describe("At least since then the variant is behind its inputs."),
    failing: z.boolean(),
    failingSince: Time.nullable(),
    gaveUp: z.boolean().describe("Whether these inputs are not built again until one changes or a person asks."),
    blockedBy: Reasons.describe("What keeps it from being built."),
    harvest: Harvest.nullable().describe("Null for a variant that needs none."),
    unsupported: z.array(z.string()).describe("What a build puts into the image and nobody mends any more."),
    running: RunningBuild.nullable(),
    lastFailure: LastFailure.nullable(),
    nextBuild: NextBuild,
    images: z.array(ImageStatus).optional().describe("Newest first; left out with images=none."),
    next: z.array(PlannedAction).describe("The variant's part of the plan."),
  })
  .meta({ id: "Variant" });

export const RemovedVariant = z
  .strictObject({
    variant: z.string(),
    channels: z.array(z.strictObject({ parameter: z.string(), image: z.string() })),
    images: z.array(RemovedImage).optional().describe("Left out with images=none."),
  })
  .meta({ id: "RemovedVariant", description: "What is left of a variant that was removed from config.ts." });
