import * as z from "zod";
import { Configuration } from "../../functions/config/configuration.ts";
import { type Comments, commentsOf } from "../comments.ts";
import type { FieldSchema } from "./schema.ts";
import { type Field, type Section, sectionsOf } from "./sections.ts";

const file = "functions/config/configuration.ts";

const introduction = `# Configuration

Every field of [\`config.ts\`](../config.ts). \`npm run reference\` makes this page from the schema that reads the file, so it is complete: what the
schema allows is here, and what is here is allowed. A field without a default is either required or may be left out.

A mistake in \`config.ts\` is reported with its field, its value and what is allowed, before anything is deployed. A time span is a number with \`s\`,
\`m\`, \`h\` or \`d\`, such as \`"90m"\`.
`;

/** `docs/configuration.md`. */
export function configurationReference(): string {
  const schema = z.toJSONSchema(Configuration, { io: "input" }) as FieldSchema;
  const [comments] = commentsOf([{ file, name: "Configuration" }]) as [Comments];
  return [introduction, ...sectionsOf(schema).map((section) => sectionText(section, comments))].join("\n");
}

function sectionText({ places, fields }: Section, comments: Comments): string {
  const title = places[0] === "" ? "The whole" : places.map((place) => `\`${place}\``).join(" and ");
  const rows = fields.map((field) => rowOf(field, comments));
  return [
    `## ${title}\n`,
    "| field | type | default | allowed | what it does |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function rowOf({ name, path, type, allowed, fallback }: Field, comments: Comments): string {
  const what = comments.get(path);
  if (!what) throw new Error(`${file}: the field ${path} needs a comment that says what it does`);
  // The comment is read in functions/, the page in docs/.
  const linked = what.replace(/\bdocs\/([\w-]+\.md)/g, "[$1]($1)");
  const cells = [`\`${name}\``, type, fallback, allowed, linked].map((cell) => cell.replaceAll("|", "\\|"));
  return `|${cells.map((cell) => (cell === "" ? " " : ` ${cell} `)).join("|")}|`;
}
