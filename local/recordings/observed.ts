import { existsSync } from "node:fs";
import type { Machine } from "../windows/machine.ts";
import { hostPath } from "../windows/paths.ts";
import type { Run } from "../windows/run-order.ts";
import { documentNames, type Request, type ScriptRun } from "./record.ts";

/** Collects what the scripts of one run do, for their recording. */
export type Observation = {
  /** Goes into the options of the run, and is called after each script. */
  after: NonNullable<Run["after"]>;
  /** What the scripts did, once the run has ended. */
  scripts: () => ScriptRun[];
};

/**
 * @param requests what the network of the run writes down
 * @param build for a proof, any script of the build that made the image
 */
export function observe(requests: Request[], build?: Pick<ScriptRun, "settings" | "versions">): Observation {
  const done: Omit<ScriptRun, "shutsDown">[] = [];
  const documents: Record<string, string> = {};
  let isShutDown = () => false;
  let seen = requests.length;

  const after: Observation["after"] = (step, environment, ranOn) => {
    const before = ranOn.state().power;
    isShutDown = () => before !== "off" && ranOn.state().power === "off";
    const files: Record<string, string> = {};
    for (const name of documentNames) {
      const path = `${environment.WORK_DIRECTORY}/${name}`;
      const text = textIn(ranOn, path);
      if (text === undefined || documents[path] === text) continue;
      documents[path] = text;
      files[path] = text;
    }
    const versions = textIn(ranOn, `${environment.WORK_DIRECTORY}/versions.json`);
    done.push({
      ...step,
      settings: { ...build?.settings, ...environment },
      versions: versions ? JSON.parse(versions) : (build?.versions ?? { artifacts: [] }),
      files,
      requests: requests.slice(seen),
    });
    seen = requests.length;
  };

  const scripts = () =>
    done.map((script, index) => ({
      ...script,
      shutsDown: index === done.length - 1 && isShutDown(),
    }));

  return { after, scripts };
}

function textIn(machine: Machine, path: string): string | undefined {
  return existsSync(hostPath(machine.prefix, path)) ? machine.read(path).toString("utf8") : undefined;
}
