import type { Part } from "./workshop.ts";

/** The parameters of every call of an operation. */
export function callsOf({ calls }: Part, operation: string): Record<string, unknown>[] {
  return calls.filter((call) => call.operation === operation).map(({ parameters }) => parameters);
}

/** The tags that a resource has from its first moment. */
export function tagsAtBirth(part: Part, operation: string, resource: string): Record<string, string> {
  const [request] = callsOf(part, operation);
  const specifications = request?.TagSpecifications as { ResourceType: string; Tags: Tag[] }[];
  return plain(specifications.find(({ ResourceType }) => ResourceType === resource)?.Tags);
}

/** As EC2 has them in requests and answers. */
type Tag = { Key?: string; Value?: string };

export function plain(tags: Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}
