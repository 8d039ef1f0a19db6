import type { Part } from "./workshop.ts";

/** Returns the parameters of every call of an operation. */
export function callsOf({ calls }: Part, operation: string): Record<string, unknown>[] {
  return calls.filter((call) => call.operation === operation).map(({ parameters }) => parameters);
}

/** Returns the tags that a resource gets at its creation. */
export function tagsAtBirth(part: Part, operation: string, resource: string): Record<string, string> {
  const [request] = callsOf(part, operation);
  const specifications = request?.TagSpecifications as { ResourceType: string; Tags: Tag[] }[];
  return plain(specifications.find(({ ResourceType }) => ResourceType === resource)?.Tags);
}

/** A tag in requests and responses of EC2. */
type Tag = { Key?: string; Value?: string };

export function plain(tags: Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}
