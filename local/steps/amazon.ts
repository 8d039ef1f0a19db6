import type { Response } from "../model/behaviour.ts";
import { isAtLeast } from "../model/installation.ts";
import { EC2LAUNCH_V1, PESTER, PROGRAMS, versionOf } from "../model/programs.ts";
import { artifact, fetchVerified } from "./artifacts.ts";
import { withBinaries } from "./binaries.ts";
import { type Situation, workPath } from "./situation.ts";

/** Pester comes with every Windows; EC2Launch v2, or v1 on Windows 2019, with every base. */
export function prerequisites(situation: Situation): Partial<Response> {
  const { machine } = situation;
  if (!machine.files.read(PESTER)) throw new Error("The base has no Pester 3, which Windows brings along.");
  const name = machine.files.read(PROGRAMS["ec2launch-v2"]) ? "ec2launch-v2" : "ec2launch-v1";
  const path = name === "ec2launch-v2" ? PROGRAMS[name] : (Object.keys(EC2LAUNCH_V1)[0] as string);
  const version = versionOf(machine, path);
  const wanted = artifact(situation, name);
  if (!isAtLeast(version, wanted.version))
    throw new Error(`The base has ${name} ${version}, needed is ${wanted.version}: a newer base has it.`);
  return {
    stdout: `${name} ${version} of the base stays.\r\n`,
    files: {
      ...withBinaries(situation, [{ path, version, from: "base" }]),
      [workPath(situation, "output/launch-agent.json")]: JSON.stringify({ name, version }),
    },
  };
}

export async function awsCli(situation: Situation): Promise<Partial<Response>> {
  const { machine } = situation;
  const path = PROGRAMS.aws;
  const wanted = artifact(situation, "aws-cli");
  const installed = machine.files.read(path) && versionOf(machine, path);
  if (installed && isAtLeast(installed, wanted.version))
    return {
      stdout: `The AWS CLI ${installed} of the base stays.\r\n`,
      files: withBinaries(situation, [{ path, version: installed, from: "base" }]),
    };
  const content = await fetchVerified(situation, wanted.url ?? "", wanted);
  return {
    stdout: `AWS CLI is ${wanted.version} now.\r\n`,
    files: { ...withBinaries(situation, [{ path, version: wanted.version, from: "download" }]), [path]: content },
  };
}
