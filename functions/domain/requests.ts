import * as z from "zod";

/**
 * The latest manual rebuild request of a variant. Its ID is an input of the image, so a request is drift like any
 * other.
 */
export const Request = z.object({
  /** The caller's key or Lambda's ID of the call. It becomes an input, and therefore a tag that Packer writes. */
  id: z.string().regex(/^[\w.:-]{1,128}$/),
  reason: z.string(),
  /** ARN of the caller. */
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** IDs of earlier requests, newest first. A call with one of them is a repetition, not a new request. */
  earlier: z.array(z.string()).optional(),
});
export type Request = z.infer<typeof Request>;

const maxEarlier = 20;
/** Size limit of a standard parameter's value, in bytes. */
const maxParameterBytes = 4096;

/** Whether the ID belongs to one of the variant's latest requests. */
export function isRepeated(known: Request | undefined, id: string): boolean {
  return known !== undefined && (known.id === id || known.earlier?.includes(id) === true);
}

/** The request that replaces the known one. It remembers as many earlier IDs as fit into a parameter. */
export function succeed(known: Request | undefined, request: Omit<Request, "earlier">): Request {
  const earlier = known ? [known.id, ...(known.earlier ?? [])].slice(0, maxEarlier) : [];
  while (earlier.length > 0 && Buffer.byteLength(requestToText({ ...request, earlier })) > maxParameterBytes)
    earlier.pop();
  return { ...request, earlier };
}

/**
 * The parameter's value. Parameter Store rejects `{{`, its own syntax for references; in JSON it occurs inside text
 * only.
 */
export function requestToText(request: Request): string {
  return JSON.stringify(request).replaceAll("{{", "{\\u007b");
}
