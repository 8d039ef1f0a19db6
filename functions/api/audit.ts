import { z } from "zod";
import { JsonText } from "../config/json.ts";
import { logger } from "../telemetry/logger.ts";
import { type Answer, bodyOf, type Call, callerOf } from "./http.ts";

const Reason = JsonText.pipe(z.object({ reason: z.string().max(500) })).transform(({ reason }) => reason);

/** A middleware: every call is in the log with who made it and why, and once more with what came of it, be it refused or failed. */
export function audit() {
  return {
    before: ({ event }: { event: Call }) => logger.info("call", factsOf(event)),
    after: ({ event, response }: { event: Call; response: Answer | null }) =>
      logger.info("call answered", { ...factsOf(event), status: response?.statusCode }),
    onError({ event, error }: { event: Call; error: (Error & { statusCode?: number }) | null }) {
      const status = error?.statusCode ?? 500;
      if (status < 500) logger.warn("call refused", { ...factsOf(event), status, refusal: error?.message });
      else logger.error("call failed", { ...factsOf(event), status, error });
    },
  };
}

function factsOf(call: Call) {
  const { method, path } = call.requestContext.http;
  return { method, path, by: callerOf(call), reason: Reason.safeParse(bodyOf(call)).data };
}
