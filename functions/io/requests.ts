import { paginateGetParametersByPath, SSMClient } from "@aws-sdk/client-ssm";
import { z } from "zod";
import type { Environment } from "../config/environment.ts";
import { JsonText } from "../config/json.ts";
import { createParameter, replaceParameter } from "./parameters.ts";

const ssm = new SSMClient({});

/** The latest manual rebuild request of a variant. Its ID is an input of the image: force is drift like any other. */
export const Request = z.object({
  id: z.string().min(1).max(128),
  reason: z.string(),
  /** ARN of who asked. */
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** IDs of the requests before it, newest first: one of them again is a repeated call, not a new request. */
  earlier: z.array(z.string()).optional(),
});
export type Request = z.infer<typeof Request>;

const mostEarlier = 20;
/** A standard parameter's, in bytes. */
const longestValue = 4096;

/** The latest request of each variant, by variant name. One that cannot be read (somebody edited it) counts as none. */
export async function readRequests(prefix: string): Promise<Record<string, Request>> {
  const requests: Record<string, Request> = {};
  const pages = paginateGetParametersByPath({ client: ssm }, { Path: prefix, Recursive: true });
  for await (const page of pages)
    for (const { Name = "", Value } of page.Parameters ?? []) {
      const request = JsonText.pipe(Request).safeParse(Value).data;
      if (request) requests[Name.slice(prefix.length + 1)] = request;
    }
  return requests;
}

/** Whether the ID is one of the variant's latest requests. */
export function isRepeated(known: Request | undefined, id: string): boolean {
  return known !== undefined && (known.id === id || known.earlier?.includes(id) === true);
}

/** The request that takes the known one's place and remembers the IDs before it, as many as a parameter can hold. */
export function succeed(known: Request | undefined, request: Omit<Request, "earlier">): Request {
  const earlier = known ? [known.id, ...(known.earlier ?? [])].slice(0, mostEarlier) : [];
  while (earlier.length > 0 && Buffer.byteLength(textOf({ ...request, earlier })) > longestValue) earlier.pop();
  return { ...request, earlier };
}

/**
 * Writes a request, unless it has been written meanwhile. Of two at once the later one stays and remembers the other, so that none of them is
 * new when it comes again: one build serves both.
 * @param known the variant's latest request, as it was read before
 */
export async function writeRequest(
  { REQUESTS_PREFIX, STAGE }: Pick<Environment, "REQUESTS_PREFIX" | "STAGE">,
  variant: string,
  request: Omit<Request, "earlier">,
  known: Request | undefined,
): Promise<void> {
  const content = (before: Request | undefined) => ({
    name: `${REQUESTS_PREFIX}/${variant}`,
    value: textOf(succeed(before, request)),
    description: `Latest rebuild request of ${variant}`,
  });
  if (known) return replaceParameter(content(known));
  if (await createParameter(content(undefined), { stage: STAGE, variant })) return;
  // Another call's, or one that cannot be read: that is no reason to refuse this one.
  const first = (await readRequests(REQUESTS_PREFIX))[variant];
  if (!isRepeated(first, request.id)) await replaceParameter(content(first));
}

/** Parameter Store refuses `{{`, its own syntax for references; in JSON it can only stand inside text. */
function textOf(request: Request): string {
  return JSON.stringify(request).replaceAll("{{", "{\\u007b");
}
