import * as z from "zod";
import { Pause, pauseFields } from "./common.ts";
import { PlannedAction } from "./plan.ts";

const dryRun = z.boolean().describe("Whether nothing was written.");
const message = z.string().describe("What happened and what follows, in words.");
const records = z.array(z.string()).describe("The keys of the records that confirm it.");

/** What is planned once a decision stands. The decision stands, too, if that is not known. */
const planned = {
  plan: z.array(PlannedAction).nullable().describe("What is planned then; null if that is not known."),
  planUnknown: z.string().optional().describe("Why the plan is not known."),
};

export const Rebuilt = z
  .strictObject({
    variant: z.string(),
    request: z.string().describe("The request's ID, which becomes an input."),
    repeated: z.boolean().describe("Whether the same request was known already."),
    dryRun,
    plan: z.array(PlannedAction).optional().describe("Only in a dry run."),
  })
  .meta({ id: "Rebuilt" });

/** The answer of `POST /approve`, `/revoke`, `/unrevoke` and `/rollback`. */
export const Decided = z
  .strictObject({
    variant: z.string(),
    image: z.string(),
    dryRun,
    tags: z.strictObject({ write: z.record(z.string(), z.string()), remove: z.array(z.string()) }),
    records,
    message,
    ...planned,
  })
  .meta({ id: "Decided" });

export const Adopted = z
  .strictObject({
    variant: z.string(),
    image: z.string(),
    dryRun,
    claims: z.array(z.string()).describe("What the image's tags claim and is recorded."),
    records,
  })
  .meta({ id: "Adopted" });

const changed = z.boolean().describe("Whether the call changes anything.");

/** The answer of `POST /pause` and `/resume`. */
export const Pauses = z
  .strictObject({ variant: z.string(), pauses: z.array(Pause), dryRun, changed, message, ...planned })
  .meta({ id: "Pauses" });

/** The answer of `POST /hold` and `/release`. */
export const Holds = z
  .strictObject({
    fleet: z.string(),
    holds: z.array(z.strictObject({ fleet: z.string(), ...pauseFields })),
    dryRun,
    changed,
    message,
    ...planned,
  })
  .meta({ id: "Holds" });

export const RolledOut = z
  .strictObject({
    fleet: z.string(),
    variant: z.string(),
    image: z.string().describe("What the fleet gets."),
    force: z.boolean(),
    dryRun,
    changed,
    records,
    message,
    plan: z.array(PlannedAction),
  })
  .meta({ id: "RolledOut" });

export const Refusal = z
  .strictObject({ error: z.string(), allowed: z.unknown().optional().describe("What would be right.") })
  .meta({ id: "Refusal" });

export const Failure = z.strictObject({ error: z.string() }).meta({ id: "Failure" });
