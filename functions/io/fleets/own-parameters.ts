import { paginateGetParametersByPath } from "@aws-sdk/client-ssm";
import type { Clients } from "../clients.ts";

/** The images that the fleets' own parameters hold, by fleet. */
export async function readOwnParameters(
  { ssm: client }: Clients,
  prefix: string,
): Promise<ReadonlyMap<string, string>> {
  const held = new Map<string, string>();
  for await (const page of paginateGetParametersByPath({ client }, { Path: prefix }))
    for (const { Name = "", Value = "" } of page.Parameters ?? []) held.set(Name.slice(prefix.length + 1), Value);
  return held;
}
