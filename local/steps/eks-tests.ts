import { eksDirectory } from "../model/eks-image.ts";
import { containerImageNamed, isAtLeast } from "../model/installation.ts";
import { programPaths, versionOf } from "../model/programs.ts";
import { artifact } from "./artifacts.ts";
import { assertThat, type ChecksByName } from "./check-runs.ts";
import { eksFiles, eksLoss, eksSetupPath, wantedEksState } from "./eks-state.ts";
import { type StepContext, saved } from "./step-context.ts";

/** The tests of packer/tests/EksTools.Tests.ps1. */
export const eksTests: ChecksByName = {
  "EKS tools: have $file": ({ machine }, name) => {
    assertThat(machine.files.read(`${eksDirectory}\\${name}`) !== undefined, `There is no ${eksDirectory}\\${name}.`);
    return "";
  },
  "EKS tools: have the bootstrap": ({ machine }) => {
    assertThat(machine.files.read(`${eksDirectory}\\Start-EKSBootstrap.ps1`) !== undefined, "There is no bootstrap.");
    return "";
  },
  "EKS tools: have every file of the base": (context) => {
    const present = eksFiles(context.machine);
    const gone = saved<{ eksFiles: string[] }>(context, "base").eksFiles.filter((path) => !present.includes(path));
    assertThat(gone.length === 0, `There is no ${gone.join(", ")}.`);
    return "";
  },
  "EKS tools: have csi-proxy and the tasks of AWS": (context) => {
    const lost = eksLoss(context.machine, wantedEksState(context));
    assertThat(lost === "", lost);
    return "";
  },
  "EKS tools: have the directories that the bootstrap writes to": setUp,
  "EKS tools: have a recent launch agent": (context) => {
    const { name, version } = saved<{ name: string; version: string }>(context, "launch-agent");
    const { version: wanted } = artifact(context, "base", name);
    assertThat(isAtLeast(version, wanted), `${name} is ${version}, wanted is ${wanted}.`);
    return version;
  },
  "EKS tools: have a recent AWS CLI": (context) => {
    const version = versionOf(context.machine.files, programPaths.aws);
    const { version: wanted } = artifact(context, "signed", "aws-cli");
    assertThat(isAtLeast(version, wanted), `The AWS CLI is ${version}, wanted is ${wanted}.`);
    return version;
  },
  "EKS tools: let the control plane reach kubelet": setUp,
  "EKS tools: have the machine-wide variables of an EKS image": harvested,
  "EKS tools: have the directories of an EKS image": harvested,
  "EKS tools: have the tasks of an EKS image": harvested,
  "EKS tools: have the event sources of an EKS image": harvested,
  "EKS tools: and containerd are on the path of the machine": ({ machine }) =>
    [programPaths.kubelet, programPaths.containerd].map((path) => versionOf(machine.files, path)).join(" "),
  "EKS tools: have the pause image of versions.json, pinned": (context) => {
    const pause = artifact(context, "image", "pause");
    const { digest, pinned } = containerImageNamed(context.machine.installation, pause.reference);
    assertThat(digest === pause.digest && pinned, `${pause.reference} is ${digest}.`);
    return digest;
  },
};

function setUp({ machine }: StepContext): string {
  assertThat(machine.installation.eks !== null, "What belongs to the files of EKS is not set up.");
  return "";
}

function harvested(context: StepContext): string {
  assertThat(context.machine.files.read(eksSetupPath) !== undefined, `Could not find file '${eksSetupPath}'.`);
  return setUp(context);
}
