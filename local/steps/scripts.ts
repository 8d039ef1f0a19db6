import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * What stands in the script files that Packer uploads. Packer uploads the file of a step as it is, an inline script in a
 * try/catch, and beside them three kinds of its own: variables, elevated wrapper, clean-up.
 */
export type Elevated = { user: string; commandLine: string };

/** The step is the longest script below `packerDir` whose whole text is in the uploaded one; its name is the file's without `.ps1`. */
export function stepOf(uploaded: string, packerDir: string): string | undefined {
  return scriptsWithin(uploaded, packerDir).toSorted((a, b) => b.text.length - a.text.length)[0]?.name;
}

/** The names of all such scripts, in the order in which they stand there. */
export function scriptsIn(userData: string, packerDir: string): string[] {
  const text = comparable(userData);
  return scriptsWithin(userData, packerDir)
    .toSorted((a, b) => text.indexOf(a.text) - text.indexOf(b.text))
    .map(({ name }) => name);
}

function scriptsWithin(uploaded: string, packerDir: string): { name: string; text: string }[] {
  const text = comparable(uploaded);
  return readdirSync(packerDir, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ps1"))
    .map((path) => ({ name: basename(path, ".ps1"), text: comparable(readFileSync(join(packerDir, path), "utf8")) }))
    .filter((script) => script.text !== "" && text.includes(script.text));
}

/** `elevated_user`: a wrapper runs the real command as a scheduled task of that user. */
export function elevatedRun(uploaded: string): Elevated | undefined {
  const user = /<UserId>([^<]+)<\/UserId>/.exec(uploaded)?.[1];
  const commandLine = /<Arguments>\/c ([^<]+?) &gt; \S+ 2&gt;&amp;1<\/Arguments>/.exec(uploaded)?.[1];
  return user && commandLine ? { user, commandLine: unescapeXml(commandLine) } : undefined;
}

/** After every script, the last one included, Packer removes what it uploaded, unless told `skip_clean`. */
export function cleanedPaths(uploaded: string): string[] | undefined {
  const lines = uploaded.trim().split("\n");
  const paths = lines.map((line) => /^if \(Test-Path (\S+)\) \{Remove-Item \1\}$/.exec(line.trim())?.[1]);
  return paths.every((path) => path !== undefined) ? paths : undefined;
}

export function environmentOf(uploaded: string): Record<string, string> {
  const assignments = uploaded.matchAll(/\$env:([^=]+)="((?:`[\s\S]|[^"`])*)"; /g);
  return Object.fromEntries(
    [...assignments].map(([, name, value]) => [name, (value ?? "").replace(/`([\s\S])/g, "$1")]),
  );
}

function comparable(text: string): string {
  return text
    .replace(/^\uFEFF/, "")
    .replaceAll("\r\n", "\n")
    .trim();
}

function unescapeXml(text: string): string {
  return text
    .replaceAll("&#34;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#xA;", "\n")
    .replaceAll("&amp;", "&");
}
