import { isAtLeast } from "../model/installation.ts";
import { programPaths, versionOf } from "../model/programs.ts";
import { artifact, fetchVerified } from "./artifacts.ts";
import { withBinaries } from "./binaries.ts";
import type { StepContext } from "./step-context.ts";
import type { StepResponse } from "./step-response.ts";

/** 30-aws-cli: installs the AWS CLI of versions.json unless the base has the same or a newer one. */
export async function awsCli(context: StepContext): Promise<Partial<StepResponse>> {
  const { files } = context.machine;
  const path = programPaths.aws;
  const wanted = artifact(context, "signed", "aws-cli");
  const installed = files.read(path) && versionOf(files, path);
  if (installed && isAtLeast(installed, wanted.version))
    return {
      stdout: `The AWS CLI ${installed} of the base stays.\r\n`,
      files: withBinaries(context, [{ path, version: installed, from: "base" }]),
    };
  const content = await fetchVerified(context, wanted.url, wanted);
  return {
    stdout: `AWS CLI is ${wanted.version} now.\r\n`,
    files: { ...withBinaries(context, [{ path, version: wanted.version, from: "download" }]), [path]: content },
  };
}
