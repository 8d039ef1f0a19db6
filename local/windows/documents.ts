import { fullPath } from "./files.ts";
import type { Settings } from "./healthy.ts";
import type { Machine } from "./machine.ts";

/** @throws Error as .NET says it when the file is not there */
export function readJson<Document>(machine: Machine, path: string): Document {
  const content = machine.files.read(path);
  if (!content) throw new Error(`Could not find file '${fullPath(path)}'.`);
  return JSON.parse(content.toString("utf8"));
}

/** What an earlier step left in the build's own directory. */
export function saved<Document>(machine: Machine, { WORK_DIRECTORY }: Settings, name: string): Document {
  return readJson(machine, `${WORK_DIRECTORY}/output/${name}.json`);
}
