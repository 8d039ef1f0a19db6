import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

export const examples = fileURLToPath(new URL("../../examples", import.meta.url));

/** Every example, by its path below `examples/`. */
export const names = readdirSync(examples, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== "README.md")
  .map((entry) => join(entry.parentPath, entry.name).slice(examples.length + 1))
  .toSorted();

export const templates = names.filter((name) => name.endsWith(".cfn.yaml"));

export function read(name: string): string {
  return readFileSync(join(examples, name), "utf8");
}

const functions = ["Sub", "GetAtt", "Not", "Equals", "If"];

/** Tags of YAML for CloudFormation's functions, each by its name instead of its short form: `!Ref a` is `{ Ref: "a" }`. */
export const cloudFormation = ["Ref", ...functions].flatMap((tag) => {
  const key = tag === "Ref" ? tag : `Fn::${tag}`;
  return [
    { tag: `!${tag}`, resolve: (value: string) => ({ [key]: value }) },
    {
      tag: `!${tag}`,
      collection: "seq" as const,
      resolve: (value: { toJSON: () => unknown }) => ({ [key]: value.toJSON() }),
    },
  ];
}) as never;

export function readTemplate(name: string): unknown {
  return parse(read(name), { customTags: cloudFormation });
}
