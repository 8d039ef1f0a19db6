import { paginateGetParametersByPath } from "@aws-sdk/client-ssm";
import type { Environment } from "../config/environment.ts";
import { JsonText } from "../config/json.ts";
import { isRepeated, Request, requestToText, succeed } from "../domain/requests.ts";
import { createParameter, replaceParameter } from "./parameters.ts";
import { ssm } from "./ssm-client.ts";

/**
 * The latest request of each variant, by variant name. A request that a person edited into something unreadable is
 * ignored.
 */
export async function readRequests(prefix: string): Promise<Record<string, Request>> {
  // Without a prototype: a variant may be called `constructor`.
  const requests: Record<string, Request> = Object.create(null);
  const pages = paginateGetParametersByPath({ client: ssm }, { Path: prefix, Recursive: true });
  for await (const page of pages)
    for (const { Name = "", Value } of page.Parameters ?? []) {
      const request = JsonText.pipe(Request).safeParse(Value).data;
      if (request) requests[Name.slice(prefix.length + 1)] = request;
    }
  return requests;
}

/**
 * Writes a request, unless another call has written it meanwhile. If two calls write at once, the later request stays
 * and remembers the earlier ID, so that neither counts as new when it is repeated: one build serves both.
 * @param known the variant's latest request as the caller read it
 */
export async function writeRequest(
  { REQUESTS_PREFIX, STAGE }: Pick<Environment, "REQUESTS_PREFIX" | "STAGE">,
  variant: string,
  request: Omit<Request, "earlier">,
  known: Request | undefined,
): Promise<void> {
  const content = (before: Request | undefined) => ({
    name: `${REQUESTS_PREFIX}/${variant}`,
    value: requestToText(succeed(before, request)),
    description: `Latest rebuild request of ${variant}`,
  });
  if (known) return replaceParameter(content(known));
  if (await createParameter(content(undefined), { stage: STAGE, variant })) return;
  // The existing parameter is another call's, or unreadable. Neither is a reason to refuse this request.
  const first = (await readRequests(REQUESTS_PREFIX))[variant];
  if (!isRepeated(first, request.id)) await replaceParameter(content(first));
}
