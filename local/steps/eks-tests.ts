import { EKS } from "../model/eks-image.ts";
import { containerImageNamed, isAtLeast } from "../model/installation.ts";
import { PROGRAMS, versionOf } from "../model/programs.ts";
import { artifact } from "./artifacts.ts";
import { assertThat, type Looks } from "./check-runs.ts";
import { eksFiles, eksLoss, SETUP, wantedEksState } from "./eks-state.ts";
import { type Situation, saved } from "./situation.ts";

/** What packer/tests/EksTools.Tests.ps1 finds. */
export const EKS_TESTS: Looks = {
  "EKS tools: have $file": ({ machine }, name) => {
    assertThat(machine.files.read(`${EKS}\\${name}`) !== undefined, `There is no ${EKS}\\${name}.`);
    return "";
  },
  "EKS tools: have the bootstrap": ({ machine }) => {
    assertThat(machine.files.read(`${EKS}\\Start-EKSBootstrap.ps1`) !== undefined, "There is no bootstrap.");
    return "";
  },
  "EKS tools: have every file that the base has": (situation) => {
    const present = eksFiles(situation.machine);
    const gone = saved<{ eksFiles: string[] }>(situation, "base").eksFiles.filter((path) => !present.includes(path));
    assertThat(gone.length === 0, `There is no ${gone.join(", ")}.`);
    return "";
  },
  "EKS tools: have csi-proxy and the tasks as AWS has them": (situation) => {
    const lost = eksLoss(situation.machine, wantedEksState(situation));
    assertThat(lost === "", lost);
    return "";
  },
  "EKS tools: have the directories that the bootstrap writes to": setUp,
  "EKS tools: have a launch agent, not too old": (situation) => {
    const { name, version } = saved<{ name: string; version: string }>(situation, "launch-agent");
    const { version: wanted } = artifact(situation, name);
    assertThat(isAtLeast(version, wanted), `${name} is ${version}, wanted is ${wanted}.`);
    return version;
  },
  "EKS tools: have the AWS CLI, not too old": (situation) => {
    const version = versionOf(situation.machine, PROGRAMS.aws);
    const { version: wanted } = artifact(situation, "aws-cli");
    assertThat(isAtLeast(version, wanted), `The AWS CLI is ${version}, wanted is ${wanted}.`);
    return version;
  },
  "EKS tools: let the control plane reach kubelet": setUp,
  "EKS tools: have the machine-wide variables of an EKS image": harvested,
  "EKS tools: have the directories of an EKS image": harvested,
  "EKS tools: have the tasks of an EKS image": harvested,
  "EKS tools: have the sources of events of an EKS image": harvested,
  "EKS tools: and containerd are found by their names": ({ machine }) =>
    [PROGRAMS.kubelet, PROGRAMS.containerd].map((path) => versionOf(machine, path)).join(" "),
  "EKS tools: have the pause image of versions.json, for good": (situation) => {
    const pause = artifact(situation, "pause");
    const { digest, pinned } = containerImageNamed(situation.machine.installation, pause.reference ?? "");
    assertThat(digest === pause.digest && pinned, `${pause.reference} is ${digest}.`);
    return digest;
  },
};

function setUp({ machine }: Situation): string {
  assertThat(machine.installation.eks !== null, "What belongs to the files of EKS is not set up.");
  return "";
}

function harvested(situation: Situation): string {
  assertThat(situation.machine.files.read(SETUP) !== undefined, `Could not find file '${SETUP}'.`);
  return setUp(situation);
}
