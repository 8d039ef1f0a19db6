import * as z from "zod";

/** A time as every answer has it. */
export const Time = z.iso.datetime({ precision: 3 }).meta({ id: "Time", description: "In UTC, with milliseconds." });

export const Reasons = z.array(z.string()).describe("One reason an entry, in words.");

/** The keys are `inputNames` of functions/domain/inputs.ts. */
const inputs = z.strictObject({
  baseAmi: z.string().describe("The AMI behind the base family's public parameter."),
  kubernetes: z.string().describe("The patch version, without v."),
  patchTuesday: z.string().describe("The day of the latest Patch Tuesday that has passed."),
  recipe: z.string().describe("SHA-256 over packer/ and buildspec/."),
  settings: z.string().describe("SHA-256 of the variant's entry in config.ts."),
  harvest: z.string().optional().describe("SHA-256 of the manifest of harvested files; assembled images only."),
  request: z.string().optional().describe("The ID of the latest request for a rebuild; absent before the first."),
});

export const RecordedInputs = inputs.meta({ id: "RecordedInputs", description: "What an image was made from." });

export const Inputs = inputs
  .partial()
  .meta({ id: "Inputs", description: "What an image is made from. An input that is not known is left out." });

const by = z.string().nullable().describe("The ARN of who called; null if that is not known.");

/** A pause or a hold, without what it is about. */
export const pauseFields = { since: Time, by, reason: z.string() };

export const Pause = z
  .strictObject({ variant: z.string().describe("A variant, or * for everything."), ...pauseFields })
  .meta({ id: "Pause" });

/** What builds have measured of an image. */
export const measures = {
  startSeconds: z
    .number()
    .nullable()
    .describe("The fastest start that builds have measured, until its first container has run."),
  usedBytes: z.number().int().nullable().describe("What its files take on its disk."),
};

/** A revocation or an approval. */
export const Intervention = z
  .strictObject({ reason: z.string(), by, at: Time.nullable().describe("Null if a person wrote the tag by hand.") })
  .meta({ id: "Intervention" });
