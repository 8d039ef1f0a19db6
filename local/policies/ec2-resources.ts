import { z } from "zod";
import type { Place } from "../deploy/look-ups.ts";
import { ec2Arn, ec2TypeOf } from "./arns.ts";
import type { Request } from "./verdict.ts";

/** Tags by resource ID, as they were at the time of the call. */
export type Tags = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const TagList = z.array(z.object({ Key: z.string(), Value: z.string().default("") })).default([]);

/** Calls refer to key pairs by name and to all other resources by ID. */
export function idsIn(value: unknown, parameter: string): string[] {
  const ids = z
    .union([z.string(), z.array(z.string())])
    .optional()
    .parse(value);
  const list = ids === undefined ? [] : [ids].flat();
  return parameter === "KeyName" ? list.map((name) => `key-pair/${name}`) : list;
}

/** A request for a resource with this ID, in the context of its tags. */
export function on(action: string, id: string, tags: Tags, place: Place): Request {
  const [, keyName] = /^key-pair\/(.+)$/.exec(id) ?? [];
  const resource = keyName ? ec2Arn(place, "key-pair", keyName) : ec2Arn(place, ec2TypeOf(id), id);
  const current = tags[keyName ?? id] ?? {};
  const context = Object.fromEntries(
    Object.entries(current).flatMap(([key, value]) => [
      [`aws:resourcetag/${key.toLowerCase()}`, [value]],
      [`ec2:resourcetag/${key.toLowerCase()}`, [value]],
    ]),
  );
  return { action, resource, context };
}

/** The context of a request that sets tags. */
export function requestTags(given: z.infer<typeof TagList>): Request["context"] {
  if (given.length === 0) return {};
  return {
    ...Object.fromEntries(given.map(({ Key, Value }) => [`aws:requesttag/${Key.toLowerCase()}`, [Value]])),
    "aws:tagkeys": given.map(({ Key }) => Key),
  };
}
