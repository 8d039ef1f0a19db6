import { hash } from "node:crypto";
import { win32 } from "node:path";
import { isPlainObject } from "es-toolkit";
import { type Files, fullPath } from "../winrm/files.ts";
import type { Json } from "./recording.ts";

/** As the report of an image states it. */
export type CustomScript = { name: string; sha256: string };

/** What a recorded run without custom scripts says of them. */
const noneRan = "0 custom scripts ran.";

/** The custom scripts that Packer has uploaded, in the order in which they run. */
export function customScriptsIn(files: Files, workDirectory: string): CustomScript[] {
  const folder = fullPath(`${workDirectory}/custom`).toLowerCase();
  return files
    .paths()
    .filter((path) => win32.dirname(path).toLowerCase() === folder && /\.ps1$/i.test(path))
    .map((path) => ({ name: win32.basename(path), sha256: hash("sha256", files.read(path) ?? "") }))
    .toSorted((one, other) => one.name.localeCompare(other.name, "en"));
}

/** The lines as a run of these scripts prints them, without what the scripts themselves print. */
export function saidOfCustomScripts(lines: string[], scripts: CustomScript[]): string[] {
  const said = [...scripts.map(({ name }) => `Running ${name}`), `${scripts.length} custom scripts ran.`];
  return lines.flatMap((line) => (line === noneRan ? said : [line]));
}

/** The document with these scripts, if it is a report. */
export function reportedCustomScripts(document: Json, scripts: CustomScript[]): Json {
  return isPlainObject(document) && "customSteps" in document ? { ...document, customSteps: scripts } : document;
}
