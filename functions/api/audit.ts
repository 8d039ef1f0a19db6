import * as z from "zod";
import { clip } from "../config/clip.ts";
import { JsonText } from "../config/json.ts";
import { logger } from "../telemetry/logger.ts";
import { type Answer, bodyOf, type Call, callerOf } from "./http.ts";

const Reason = JsonText.pipe(z.object({ reason: z.string().max(500) })).transform(({ reason }) => reason);

/**
 * A middleware that logs every call with its caller and reason, and again with its result: answered, refused or failed.
 */
export function audit() {
  return {
    before: ({ event }: { event: Call }) => logger.info("call", describe(event)),
    after: ({ event, response }: { event: Call; response: Answer | null }) =>
      logger.info("call answered", { ...describe(event), status: response?.statusCode }),
    onError({ event, error }: { event: Call; error: (Error & { statusCode?: number }) | null }) {
      const status = error?.statusCode ?? 500;
      if (status < 500) logger.warn("call refused", { ...describe(event), status, refusal: error?.message });
      else logger.error("call failed", { ...describe(event), status, error });
    },
  };
}

function describe(call: Call) {
  const { method, path } = call.requestContext.http;
  return {
    method: clip(method, 200),
    path: clip(path, 200),
    by: callerOf(call),
    reason: Reason.safeParse(bodyOf(call)).data,
  };
}
