import * as z from "zod";
import { JsonText } from "../config/json.ts";

/** The triggers that schedules send (infra/schedules.ts). */
export const scheduledTriggers = ["base-ami", "kubernetes", "patch-tuesday"] as const;
export type ScheduledTrigger = (typeof scheduledTriggers)[number];

/**
 * How long the queue holds back the trigger of a call that writes a tag. EC2 shows a new tag to some calls later than
 * to others. A run that starts at once might not see it, and the next scheduled one starts up to 15 minutes later.
 */
export const tagDelaySeconds = 15;

/** Anybody whom the queue's policy lets in can write a message of 1 MiB, and every line of the run names its triggers. */
const maxAbout = 200;

/** Why a reconcile run started. It is only recorded: no decision depends on it. */
export interface Trigger {
  kind: ScheduledTrigger | "build" | "channel" | "fast-launch" | "manual" | "unknown";
  /** What the message was about, as far as it said, in at most {@link maxAbout} characters. */
  about: string;
}

const Scheduled = z
  .object({ trigger: z.enum(scheduledTriggers) })
  .transform(({ trigger }): Trigger => ({ kind: trigger, about: "schedule" }));

const Manual = z
  .object({ trigger: z.literal("manual"), variant: z.string(), call: z.string() })
  .transform(({ variant, call }): Trigger => ({ kind: "manual", about: `${variant} ${call}` }));

/** CodeBuild's event, as far as it is recorded. `@types/aws-lambda` lacks two of its statuses. */
const BuildStateChange = z
  .object({
    "detail-type": z.literal("CodeBuild Build State Change"),
    detail: z.object({ "build-id": z.string(), "build-status": z.string() }),
  })
  .transform(
    ({ detail }): Trigger => ({
      kind: "build",
      about: `${detail["build-id"].split("/").at(-1)} ${detail["build-status"]}`,
    }),
  );

const ParameterChange = z
  .object({
    "detail-type": z.literal("Parameter Store Change"),
    detail: z.object({ operation: z.string(), name: z.string(), exception: z.string().optional() }),
  })
  .transform(
    ({ detail }): Trigger => ({
      kind: "channel",
      about: [detail.operation, detail.name, detail.exception].filter(Boolean).join(" "),
    }),
  );

const FastLaunchChange = z
  .object({
    "detail-type": z.literal("EC2 Fast Launch State-change Notification"),
    detail: z.object({ imageId: z.string(), state: z.string() }),
  })
  .transform(({ detail }): Trigger => ({ kind: "fast-launch", about: `${detail.imageId} ${detail.state}` }));

const Message = JsonText.pipe(z.union([Scheduled, Manual, BuildStateChange, ParameterChange, FastLaunchChange]));

/** The trigger in a queue message. An unrecognised message is a trigger, too. */
export function triggerOf(body: string): Trigger {
  const { kind, about }: Trigger = Message.safeParse(body).data ?? { kind: "unknown", about: body };
  return { kind, about: about.slice(0, maxAbout) };
}
