import { readFileSync } from "node:fs";

/** The JSON that follows `<!-- name -->` in a document. */
export function documented(file: string, name: string): string {
  const [, json] = new RegExp(`<!-- ${name} -->\n+\`\`\`json\n([^]*?)\`\`\``).exec(readFileSync(file, "utf8")) ?? [];
  if (!json) throw new Error(`${file} has no JSON after <!-- ${name} -->`);
  return json;
}
