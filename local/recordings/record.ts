import { hash } from "node:crypto";
import { posix } from "node:path";
import { compact, isEqual, isPlainObject, mapValues, omitBy } from "es-toolkit";
import type { Versions } from "../../functions/config/versions.ts";
import type { Output } from "../winrm/soap.ts";
import { withNames } from "./names.ts";
import type { Json, RecordedScript, Recording, Transfer } from "./recording.ts";
import { withTimeNames } from "./start-times.ts";
import { type Builds, type Values, valuesOf } from "./values.ts";

/** A request to S3 (`s3://bucket/key`) or a web server. `outcome`: the status that answered it. */
export type Request = { method: string; url: string; outcome: number | string };

/** What a script did. */
export type ScriptRun = Output & {
  /** The script's name without `.ps1`. */
  script: string;
  /** Its variables; for the proof also those of the build that made the image, and its versions. */
  settings: Record<string, string>;
  /** What versions.json on its machine says. */
  versions: Versions;
  /** The texts of the documents (`documentNames`) that it wrote or changed, by path. */
  files: Record<string, string>;
  /** Every request of the script, in order. */
  requests: Request[];
  /** Whether the machine shut itself down after the session. */
  shutsDown: boolean;
};

/**
 * What scripts write below the work directory and a recording keeps: what leaves the machine, or says what it gets. Other
 * files matter only to later scripts.
 */
export const documentNames = [
  "output/report.json",
  "output/tests.json",
  "output/proof.json",
  "output/manifest.json",
  "output/first-contact.json",
  "downloads/manifest.json",
];

/**
 * The recording of one run of the scripts. Every setting needs a value of its own that occurs nowhere by chance, and
 * every list an item.
 * @param run the scripts in the order in which they ran
 * @param builds the Windows build of the run's base, and what the updates made of it
 * @throws Error if the settings cannot be told apart in what the scripts printed
 */
export function recordingOf(run: ScriptRun[], builds: Builds): Recording {
  const recording: Recording = {};
  const sums: Record<string, string> = {};
  for (const script of run) {
    const values = valuesOf(script.settings, script.versions, builds);
    requireDistinct(values);
    for (const [path, text] of Object.entries(script.files))
      Object.assign(sums, sumsIn(JSON.parse(text)), { [nameOfSum(path)]: hash("sha256", text) });
    for (const { url } of script.requests) requireOneFile(url, sums);
    const withSums = { ...values, texts: { ...sums, ...values.texts } };
    recording[script.script] = [...(recording[script.script] ?? []), recorded(script, withSums)];
  }
  return recording;
}

/** What a script says of an attempt that it repeats. How many it takes depends on how quick the machine is. */
const attempt = /^WARNING: .+ failed, attempt \d+ of \d+: /;

function recorded(script: ScriptRun, values: Values): RecordedScript {
  const named = <Part extends Json>(part: Part) => withoutRepetitions(withNames(part, values)) as Part;
  const transfers = compact(script.requests.map((request) => transferOf(request, script.files, named)));
  const received = transfers.flatMap((each) => ("get" in each && each.path ? [each.path] : []));
  const parts = {
    stdout: named(linesOf(script.stdout).filter((line) => !attempt.test(line))),
    stderr: named(linesOf(script.stderr)),
    files: mapValues(
      omitBy(script.files, (_text, path) => received.includes(path)),
      (text) => named(withTimeNames(withFileNames(withFolderNames(JSON.parse(text ?? ""))))),
    ),
    transfers,
  };
  return {
    exitCode: script.exitCode,
    ...omitBy(parts, (part) => Object.keys(part).length === 0),
    ...(script.shutsDown && { shutsDown: true }),
  };
}

/**
 * Failed requests were repeated. What the order does not say where to get comes from the internet, which a replay does
 * not reach. An object is named by its SHA-256, or it is a document.
 */
function transferOf(
  { method, url, outcome }: Request,
  files: ScriptRun["files"],
  named: (text: string) => string,
): Transfer | undefined {
  const address = named(url);
  if (outcome !== 200 || !address.startsWith("{{")) return undefined;
  const [, name, file] = /\{\{(sha256 (.+))\}\}$/.exec(address) ?? [];
  const path = file ?? Object.keys(files).find((each) => basename(each) === basename(url));
  if (method === "PUT") {
    if (!path) throw new Error(`recording ${url}: nothing says which file was sent`);
    return { put: address, path };
  }
  if (!path) return { get: address };
  return { get: address, sha256: name ? `{{${name}}}` : named(hash("sha256", files[path] ?? "")), path };
}

function nameOfSum(path: string): string {
  return `sha256 ${path}`;
}

/** The SHA-256 that a document states of each file, by the name of that value. */
function sumsIn(json: Json): Record<string, string> {
  if (Array.isArray(json)) return Object.assign({}, ...json.map(sumsIn));
  if (!isPlainObject(json)) return {};
  const { path, sha256 } = json;
  if (typeof path === "string" && typeof sha256 === "string") return { [nameOfSum(path)]: sha256 };
  return Object.assign({}, ...Object.values(json).map(sumsIn));
}

/** The same document, with the names of each file's SHA-256 and size in their place. */
function withFileNames(json: Json): Json {
  if (Array.isArray(json)) return json.map(withFileNames);
  if (!isPlainObject(json)) return json;
  const { path, sha256, bytes } = json;
  if (typeof path !== "string" || typeof sha256 !== "string") return mapValues(json, withFileNames);
  const size = typeof bytes === "number" && { bytes: `{{bytes ${path}}}` };
  return { ...json, sha256: `{{${nameOfSum(path)}}}`, ...size };
}

/** Which other folders a machine has, and how large all of them are, differs from run to run. */
const foldersOfWindows = /^C:\\(windows|Program Files|ProgramData|users)$/i;

/** The same document, with only those folders of the disk that every Windows has, and the names of their sizes. */
function withFolderNames(json: Json): Json {
  const { disk } = json as { disk?: { usedBytes: number; folders: { path: string }[] } };
  if (!disk) return json;
  const folders = disk.folders.filter(({ path }) => foldersOfWindows.test(path)).map(({ path }) => path);
  const named = folders.toSorted().map((path) => ({ path, bytes: `{{size ${path}}}` }));
  return { ...(json as object), disk: { ...disk, folders: named } };
}

/** The same document, with an entry that names an item of a list once, whatever the number of items. */
function withoutRepetitions(json: Json): Json {
  if (Array.isArray(json)) {
    const entries = json.map(withoutRepetitions);
    const isRepeated = (entry: Json, before?: Json) =>
      isEqual(entry, before) && JSON.stringify(entry).includes("{{each ");
    return entries.filter((entry, index) => !isRepeated(entry, entries[index - 1]));
  }
  return isPlainObject(json) ? mapValues(json, withoutRepetitions) : json;
}

function requireDistinct({ texts, lists }: Values): void {
  for (const [name, items] of Object.entries(lists))
    if (items.length === 0) throw new Error(`recording a run: ${name} has no item, a recording needs one`);
  const names = Object.entries(texts).filter(([, text]) => text !== "");
  for (const [name, text] of names)
    for (const [other, same] of names)
      if (name !== other && text === same) throw new Error(`recording a run: ${name} and ${other} are both ${text}`);
}

function requireOneFile(url: string, sums: Record<string, string>): void {
  const files = Object.keys(sums).filter((file) => url.endsWith(`/${sums[file]}`));
  if (files.length > 1) throw new Error(`recording ${url}: its content is that of ${files.join(" and ")}`);
}

function basename(path: string): string {
  return posix.basename(path.replaceAll("\\", "/"));
}

/** The lines of an output, without the times that Pester states at their ends. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/ \d+(?:\.\d+)?m?s$/, ""));
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}
