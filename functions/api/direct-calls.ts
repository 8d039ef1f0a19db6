import * as z from "zod";
import { clip } from "../config/clip.ts";
import { directInvocation } from "../domain/intervention-tags.ts";
import type { Call } from "./http.ts";

/** A body as text. One whose lists are too deep for JSON.stringify is none. */
const Body = z.unknown().transform((body, context) => {
  if (body === undefined || typeof body === "string") return body;
  try {
    return JSON.stringify(body);
  } catch {
    context.addIssue("too deep");
    return z.NEVER;
  }
});

/** The event of a direct invocation. */
const DirectCall = z.strictObject({
  method: z.string(),
  path: z.string(),
  /** Such as `{ "accept": "text/html" }`. */
  headers: z.record(z.string(), z.string()).optional(),
  body: Body.optional(),
});

/** What the service reads of a function URL's event. */
const UrlCall = z.object({
  requestContext: z.object({
    /** Without an idempotency key it becomes the ID of a request (domain/requests.ts). */
    requestId: z.string().regex(/^[\w.:-]{1,128}$/),
    http: z.object({ method: z.string(), path: z.string() }),
    authorizer: z.object({ iam: z.object({ userArn: z.string() }).optional() }).optional(),
  }),
  body: z.string().optional(),
  queryStringParameters: z.record(z.string(), z.string()).optional(),
});

/**
 * A middleware that makes a call of every event. A function without a URL gets direct invocations only. One with a URL
 * gets its calls, and any event from an identity that may invoke the function itself.
 */
export function calls(functionUrl: boolean) {
  const read = functionUrl ? urlCallOf : callOf;
  return {
    before(request: { event: Call; context: { awsRequestId: string } }) {
      request.event = read(request.event, request.context.awsRequestId);
    },
  };
}

/** The equivalent call of a function URL. An event of another shape becomes a call that no route accepts. */
export function callOf(event: unknown, requestId: string): Call {
  const { data: order = noCall(event) } = DirectCall.safeParse(event);
  return functionUrlCall(order, { requestId, userArn: directInvocation });
}

/** The event of a function URL as it is. An event of another shape becomes a call that no route accepts. */
function urlCallOf(event: unknown, requestId: string): Call {
  if (UrlCall.safeParse(event).success) return event as Call;
  return functionUrlCall(noCall(event), { requestId, userArn: directInvocation });
}

/** Only the names of the event's fields: their values may be credentials, such as the headers of a signed call. */
function noCall(event: unknown) {
  const isObject = typeof event === "object" && event !== null;
  return { method: "ANY", path: isObject ? clip(`{${Object.keys(event).join(", ")}}`, 200) : "no object" };
}

/**
 * The event of a function URL.
 * @param order `path` may have a query
 */
export function functionUrlCall(
  {
    method,
    path,
    headers = {},
    body,
  }: { method: string; path: string; headers?: Record<string, string> | undefined; body?: string | undefined },
  { requestId, userArn }: { requestId: string; userArn: string },
): Call {
  const [rawPath = "", rawQueryString = ""] = path.split(/\?(.*)/s);
  return {
    version: "2.0",
    rawPath,
    rawQueryString,
    headers,
    ...(rawQueryString && { queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)) }),
    requestContext: { requestId, http: { method, path: rawPath }, authorizer: { iam: { userArn } } },
    body,
    isBase64Encoded: false,
  } as Call;
}
