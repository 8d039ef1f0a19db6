import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * Reads the script files that Packer uploads. Packer uploads a step's file unchanged, an inline script inside a
 * try/catch, and three kinds of scripts of its own: environment variables, elevated wrapper and clean-up.
 */
export type Elevated = { user: string; commandLine: string };

/**
 * The name of the step that an uploaded script belongs to: the longest script below `packerDir` whose whole text the
 * upload contains, without `.ps1`.
 */
export function stepOf(uploaded: string, packerDir: string): string | undefined {
  return scriptsWithin(uploaded, packerDir).toSorted((a, b) => b.text.length - a.text.length)[0]?.name;
}

/** The names of all scripts below `packerDir` that the user data contains, in their order there. */
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

/**
 * The user and command of an elevated wrapper, which runs the command as a scheduled task (Packer's `elevated_user`).
 */
export function elevatedRun(uploaded: string): Elevated | undefined {
  const user = /<UserId>([^<]+)<\/UserId>/.exec(uploaded)?.[1];
  const commandLine = /<Arguments>\/c ([^<]+?) &gt; \S+ 2&gt;&amp;1<\/Arguments>/.exec(uploaded)?.[1];
  return user && commandLine ? { user, commandLine: unescapeXml(commandLine) } : undefined;
}

/** The paths that a clean-up script removes. Packer runs one after every provisioner unless `skip_clean` is set. */
export function cleanedPaths(uploaded: string): string[] | undefined {
  const lines = uploaded.trim().split("\n");
  const paths = lines.map((line) => /^if \(Test-Path (\S+)\) \{Remove-Item \1\}$/.exec(line.trim())?.[1]);
  return paths.every((path) => path !== undefined) ? paths : undefined;
}

/** The variables that an uploaded script assigns to `$env:`. */
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
