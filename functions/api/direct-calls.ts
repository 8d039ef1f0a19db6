import { z } from "zod";
import { directInvocation } from "../domain/intervention-tags.ts";
import type { Call } from "./http.ts";

/** The event of a direct invocation. */
const DirectCall = z.strictObject({ method: z.string(), path: z.string(), body: z.unknown().optional() });

/** A middleware for a function without a URL: every event is a direct invocation. */
export function directCalls() {
  return {
    before(request: { event: Call; context: { awsRequestId: string } }) {
      request.event = callOf(request.event, request.context.awsRequestId);
    },
  };
}

/** The equivalent call of a function URL. An event of another shape becomes a call that no route accepts. */
export function callOf(event: unknown, requestId: string): Call {
  const { method, path, body } = DirectCall.safeParse(event).data ?? { method: "ANY", path: JSON.stringify(event) };
  return {
    version: "2.0",
    rawPath: path,
    headers: {},
    requestContext: {
      requestId,
      http: { method, path },
      authorizer: { iam: { userArn: directInvocation } },
    },
    body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
    isBase64Encoded: false,
  } as Call;
}
