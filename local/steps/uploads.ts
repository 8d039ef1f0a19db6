import { hash } from "node:crypto";
import { fullPath } from "../model/files.ts";
import { eksFiles, eksState } from "./eks-state.ts";
import { map, type StepContext, StepError, setting, workPath } from "./step-context.ts";
import type { StepResponse } from "./step-response.ts";

/**
 * 10-files: checks that every file that Packer uploaded is the one that its template names, and records the state of
 * the base.
 */
export function files(context: StepContext): Partial<StepResponse> {
  const { machine } = context;
  const { build, updates, containerd } = machine.installation;
  const uploads = map<string>(context, "UPLOADS");
  for (const [name, sum] of Object.entries(uploads)) {
    const content = machine.files.read(workPath(context, name));
    if (!content) throw new Error(`${name} was not uploaded.`);
    if (hash("sha256", content.toString("base64")) !== sum.toLowerCase())
      throw new StepError("download", `${name} did not arrive whole.`);
  }
  const base = {
    osBuild: build,
    installedUpdates: updates,
    containerdStartType: containerd?.startType ?? "",
    eksFiles: eksFiles(machine),
    eks: eksState(machine),
  };
  return {
    stdout: `${Object.keys(uploads).length} files arrived.\r\nThe base is Windows build ${build}.\r\n`,
    files: { [workPath(context, "output/base.json")]: JSON.stringify(base) },
  };
}

/** 60-custom: records the user's scripts as run. The stand-in does not model what they do. */
export function custom(context: StepContext): Partial<StepResponse> {
  const { files } = context.machine;
  const directory = fullPath(`${setting(context, "WORK_DIRECTORY")}/custom/`);
  const scripts = files
    .paths()
    .filter((path) => path.startsWith(directory))
    .map((path) => ({ name: path.slice(directory.length), sha256: hash("sha256", files.read(path) ?? "") }))
    .filter(({ name }) => /^[^\\]+\.ps1$/i.test(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    stdout: `${scripts.map(({ name }) => `Running ${name}\r\n`).join("")}${scripts.length} custom scripts ran.\r\n`,
    files: { [workPath(context, "output/custom.json")]: JSON.stringify(scripts) },
  };
}
