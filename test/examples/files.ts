import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cloudFormation, readTemplate as readTemplateFile } from "../../local/cloudformation/template.ts";

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

export { cloudFormation };

export function readTemplate(name: string): unknown {
  return readTemplateFile(join(examples, name));
}
