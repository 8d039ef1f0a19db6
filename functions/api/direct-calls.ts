import { z } from "zod";
import type { Call } from "./http.ts";

/** Stands where the caller's ARN does: only CloudTrail knows who invoked the function, the event says what its sender likes. */
export const directInvocation = "direct invocation, see CloudTrail";

/** What somebody says who invokes the function itself. */
const Said = z.strictObject({ method: z.string(), path: z.string(), body: z.unknown().optional() });

/** A middleware for functions without a URL: whatever comes is a direct invocation. */
export function directCalls() {
  return {
    before(request: { event: Call; context: { awsRequestId: string } }) {
      request.event = callOf(request.event, request.context.awsRequestId);
    },
  };
}

/** The call of a function URL that would say the same; of an event of another shape one that no route takes. */
export function callOf(event: unknown, requestId: string): Call {
  const { method, path, body } = Said.safeParse(event).data ?? { method: "ANY", path: JSON.stringify(event) };
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
