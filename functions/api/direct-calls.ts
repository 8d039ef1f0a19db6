import * as z from "zod";
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
  const direct = DirectCall.safeParse(event);
  const order = direct.data ?? { method: "ANY", path: JSON.stringify(event) };
  return functionUrlCall(order, { requestId, userArn: directInvocation });
}

/**
 * The event of a function URL.
 * @param order `path` may have a query, `body` is text or becomes JSON
 */
export function functionUrlCall(
  { method, path, body }: { method: string; path: string; body?: unknown },
  { requestId, userArn }: { requestId: string; userArn: string },
): Call {
  const [rawPath = "", rawQueryString = ""] = path.split(/\?(.*)/s);
  return {
    version: "2.0",
    rawPath,
    rawQueryString,
    headers: {},
    ...(rawQueryString && { queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)) }),
    requestContext: { requestId, http: { method, path: rawPath }, authorizer: { iam: { userArn } } },
    body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
    isBase64Encoded: false,
  } as Call;
}
