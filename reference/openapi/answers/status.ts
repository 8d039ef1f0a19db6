import * as z from "zod";
import { leftoverTypes } from "../../../functions/domain/leftovers.ts";
import { Pause, Time } from "./common.ts";
import { FleetStatus } from "./fleet.ts";
import { PlaceStatus } from "./place.ts";
import { RemovedVariant, VariantStatus } from "./variant.ts";

const Leftover = z
  .strictObject({
    type: z.enum(leftoverTypes),
    resource: z.string(),
    variant: z.string(),
    token: z.string().describe("Of the build that made it."),
    next: z.enum(["sweep", "wait"]),
    why: z.string(),
  })
  .meta({ id: "Leftover" });

/** The answer of `GET /`. */
export const Status = z
  .strictObject({
    now: Time,
    stage: z.string(),
    recipe: z.string().describe("SHA-256 of the deployed recipe."),
    variants: z.array(VariantStatus).describe("In the order of config.ts."),
    fleets: z.array(FleetStatus).describe("Those of these variants."),
    places: z.array(PlaceStatus).describe("In the order of config.ts."),
    pauses: z.array(Pause),
    removedVariants: z.array(RemovedVariant),
    leftovers: z.strictObject({
      found: z.array(Leftover),
      unknown: z.string().nullable().describe("Why it could not be read what builds left behind."),
    }),
    next: z.string().nullable().describe("The path of the call for the variants after these; null after the last."),
  })
  .meta({ id: "Status" });
