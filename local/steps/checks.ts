import type { Response } from "../model/behaviour.ts";
import { containerImageNamed, isAtLeast } from "../model/installation.ts";
import { sha256 } from "../model/network.ts";
import { PROGRAMS, versionOf } from "../model/programs.ts";
import { checksIn } from "./check-names.ts";
import { assertThat, type Looks, runChecks } from "./check-runs.ts";
import { type EksState, eksLoss } from "./eks-state.ts";
import { REPORT } from "./report.ts";
import { proofOf } from "./results.ts";
import { list, readJson, type Situation, setting, workPath } from "./situation.ts";
import { containerdOf, recentTool } from "./verification.ts";

/** All of Windows' container images have a shell except those that are made for one purpose. */
const WITH_SHELL = /\/(nanoserver|servercore)[:@]/;

/** What the checks of packer/proof find: what the image has brought along. */
export const CHECKS: Looks = {
  "windows-set-up": () => "",
  "launch-agent-finished": () => "",
  "os-build": (situation) => osBuild(situation),
  $tool: (situation, tool) => recentTool(situation, tool),
  "containerd-runs": (situation) => {
    const { containersFeature } = situation.machine.installation;
    assertThat(containersFeature === "there" && containerdOf(situation).configured, "containerd is Stopped.");
    return versionOf(situation.machine, PROGRAMS.containerd);
  },
  "cri-loaded": ({ machine: { installation } }) => {
    assertThat(installation.criTrouble === "", `kubelet gets no answer: ${installation.criTrouble}.`);
    return "";
  },
  "files-as-reported": (situation) => filesAsReported(situation),
  "eks-as-in-base": (situation) => {
    const lost = eksLoss(situation.machine, readJson<{ eks: EksState }>(situation, REPORT).eks);
    assertThat(lost === "", `Not as in its base: ${lost}.`);
    return "is as in its base";
  },
  "sandbox-image": (situation) =>
    containerImageNamed(situation.machine.installation, containerdOf(situation).sandboxImage).digest,
  "container-image $reference": ({ machine }, reference) => {
    const { pinned, digest } = containerImageNamed(machine.installation, reference);
    assertThat(pinned, `${reference} is not pinned.`);
    return digest;
  },
  "container-starts": (situation) => container(situation, list(situation, "CONTAINER_IMAGES")),
  "imds-v1-refused": () => "",
  disk: () => "61 % free",
  "nothing-left-over": (situation) => nothingLeftOver(situation),
};

export function check(situation: Situation): Partial<Response> {
  return proofOf(runChecks(checksIn(situation.packerDir), CHECKS, situation), setting(situation, "WORK_DIRECTORY"));
}

function osBuild(situation: Situation): string {
  const { build } = situation.machine.installation;
  const report = readJson<{ baseOsBuild: string; osBuild: string }>(situation, REPORT);
  assertThat(
    isAtLeast(build, report.baseOsBuild),
    `Windows build ${build} is older than the base's ${report.baseOsBuild}.`,
  );
  assertThat(build === report.osBuild, `Windows build ${build} is not the ${report.osBuild} of the report.`);
  return build;
}

function filesAsReported(situation: Situation): string {
  const { binaries } = readJson<{ binaries: { path: string; sha256: string }[] }>(situation, REPORT);
  const { files } = situation.machine;
  assertThat(binaries.length > 0, "The report names no file.");
  const other = binaries.filter(({ path, sha256: reported }) => sha256(files.read(path) ?? "") !== reported);
  assertThat(other.length === 0, `Not as reported: ${other.map(({ path }) => path).join(", ")}.`);
  return `${binaries.length} files`;
}

function container({ machine: { installation } }: Situation, wanted: string[]): string {
  const present = installation.containerImages.map(({ name }) => name);
  const withShell = (names: string[]) => names.filter((name) => WITH_SHELL.test(name));
  const [reference = installation.containerd?.sandboxImage ?? ""] = [...withShell(wanted), ...withShell(present)];
  assertThat(present.includes(reference), `ctr.exe exited with 1: ctr: image "${reference}": not found`);
  return `Microsoft Windows [Version 10.0.${installation.build}]`;
}

function nothingLeftOver(situation: Situation): string {
  const inventory = readJson<Record<string, string[]>>(situation, workPath(situation, "inventory.json"));
  const left = Object.entries(inventory)
    .filter(([, found]) => found.length > 0)
    .map(([kind, found]) => `${kind}: ${found.join(", ")}`);
  assertThat(left.length === 0, `The build left ${left.join("; ")}.`);
  return "";
}
