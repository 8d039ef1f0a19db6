import { isAtLeast } from "../model/installation.ts";
import { ec2LaunchV1, pester3, programPaths, versionOf } from "../model/programs.ts";
import { artifact } from "./artifacts.ts";
import { withBinaries } from "./binaries.ts";
import { type StepContext, workPath } from "./step-context.ts";
import type { StepResponse } from "./step-response.ts";

/**
 * 12-prerequisites: checks that the base has Pester 3 and a launch agent. The agent is EC2Launch v2, or v1 on Windows
 * 2019.
 */
export function prerequisites(context: StepContext): Partial<StepResponse> {
  const { files } = context.machine;
  if (!files.read(pester3)) throw new Error("The base has no Pester 3, which Windows brings along.");
  const name = files.read(programPaths["ec2launch-v2"]) ? "ec2launch-v2" : "ec2launch-v1";
  const path = name === "ec2launch-v2" ? programPaths[name] : (Object.keys(ec2LaunchV1)[0] as string);
  const version = versionOf(files, path);
  const wanted = artifact(context, "base", name);
  if (!isAtLeast(version, wanted.version))
    throw new Error(`The base has ${name} ${version}, needed is ${wanted.version}: a newer base has it.`);
  return {
    stdout: `${name} ${version} of the base stays.\r\n`,
    files: {
      ...withBinaries(context, [{ path, version, from: "base" }]),
      [workPath(context, "output/launch-agent.json")]: JSON.stringify({ name, version }),
    },
  };
}
