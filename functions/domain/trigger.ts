import { z } from "zod";
import { JsonText } from "../config/json.ts";

/** Why a reconcile ran; kept for the record only, for it decides nothing. */
export interface Trigger {
  kind: "base-ami" | "kubernetes" | "patch-tuesday" | "build" | "channel" | "manual" | "unknown";
  /** What it was about, as far as the message said. */
  about: string;
}

const Scheduled = z
  .object({ trigger: z.enum(["base-ami", "kubernetes", "patch-tuesday"]) })
  .transform(({ trigger }): Trigger => ({ kind: trigger, about: "schedule" }));

const Manual = z
  .object({ trigger: z.literal("manual"), variant: z.string(), call: z.string() })
  .transform(({ variant, call }): Trigger => ({ kind: "manual", about: `${variant} ${call}` }));

/** CodeBuild's event, as far as the record needs it. `@types/aws-lambda` lacks two of its statuses. */
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

const Message = JsonText.pipe(z.union([Scheduled, Manual, BuildStateChange, ParameterChange]));

/** The trigger in a queue message. A message that nobody recognises is one too. */
export function triggerOf(body: string): Trigger {
  return Message.safeParse(body).data ?? { kind: "unknown", about: body.slice(0, 200) };
}
