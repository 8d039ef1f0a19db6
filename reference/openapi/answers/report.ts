import * as z from "zod";
import { measures, Time } from "./common.ts";

/** The answer of `GET /report`. What the guest has written is passed on as it is. */
export const ImageReport = z
  .strictObject({
    image: z.string(),
    variant: z.string().nullable().describe("Null if EC2 no longer has the image."),
    previous: z.string().nullable().describe("The newest proved image of the variant before it."),
    ...measures,
    report: z.unknown().describe("report.json, as the build has left it."),
    proof: z.strictObject({
      result: z.enum(["passed", "failed"]).nullable(),
      at: Time.nullable(),
      report: z.unknown().describe("proof.json; null if the machine left none."),
    }),
  })
  .meta({ id: "ImageReport" });
