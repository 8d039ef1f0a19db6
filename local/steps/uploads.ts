import type { Response } from "../model/behaviour.ts";
import { fullPath } from "../model/files.ts";
import { sha256 } from "../model/network.ts";
import { eksFiles, eksState } from "./eks-state.ts";
import { map, type Situation, StepError, setting, workPath } from "./situation.ts";

/** Looks for real: what Packer uploaded must be what its template says. */
export function files(situation: Situation): Partial<Response> {
  const { machine } = situation;
  const { build, updates, containerd } = machine.installation;
  const uploads = map<string>(situation, "UPLOADS");
  for (const [name, sum] of Object.entries(uploads)) {
    const content = machine.files.read(workPath(situation, name));
    if (!content) throw new Error(`${name} was not uploaded.`);
    if (sha256(content.toString("base64")) !== sum.toLowerCase())
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
    files: { [workPath(situation, "output/base.json")]: JSON.stringify(base) },
  };
}

/** The user's scripts only count as run: what they would do is theirs. */
export function custom(situation: Situation): Partial<Response> {
  const { files } = situation.machine;
  const directory = fullPath(`${setting(situation, "WORK_DIRECTORY")}/custom/`);
  const scripts = files
    .paths()
    .filter((path) => path.startsWith(directory))
    .map((path) => ({ name: path.slice(directory.length), sha256: sha256(files.read(path) ?? "") }))
    .filter(({ name }) => /^[^\\]+\.ps1$/i.test(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    stdout: `${scripts.map(({ name }) => `Running ${name}\r\n`).join("")}${scripts.length} custom scripts ran.\r\n`,
    files: { [workPath(situation, "output/custom.json")]: JSON.stringify(scripts) },
  };
}
