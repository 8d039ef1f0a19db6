import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** A template as CloudFormation reads it, with `!Ref a` as `{ Ref: "a" }`. */
export interface Template {
  Parameters?: Record<string, { Type: string; Default?: unknown; AllowedPattern?: string; AllowedValues?: string[] }>;
  Conditions?: Record<string, unknown>;
  Resources: Record<string, { Type: string; Condition?: string; Properties?: Record<string, unknown> }>;
}

const functions = ["And", "Equals", "GetAtt", "If", "Join", "Not", "Or", "Select", "Split", "Sub"];

/** Tags of YAML for CloudFormation's functions, each by its name instead of its short form. */
export const cloudFormation = ["Ref", "Condition", ...functions].flatMap((name) => {
  const key = functions.includes(name) ? `Fn::${name}` : name;
  const tag = `!${name}`;
  return [
    { tag, resolve: (value: string) => ({ [key]: value }) },
    {
      tag,
      collection: "seq" as const,
      resolve: (value: { toJSON: () => unknown }) => ({ [key]: value.toJSON() }),
    },
  ];
}) as never;

export function readTemplate(file: string): unknown {
  return parse(readFileSync(file, "utf8"), { customTags: cloudFormation });
}
