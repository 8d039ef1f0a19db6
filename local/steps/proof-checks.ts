import { hash } from "node:crypto";
import { containerImageNamed, isAtLeast } from "../model/installation.ts";
import { programPaths, versionOf } from "../model/programs.ts";
import { checksIn } from "./check-names.ts";
import { assertThat, type ChecksByName, runChecks } from "./check-runs.ts";
import { type EksState, eksLoss } from "./eks-state.ts";
import { containerdOf, recentTool } from "./image-tests.ts";
import { proofOutput } from "./proof-output.ts";
import { reportPath } from "./report.ts";
import { list, readJson, type StepContext, setting, workPath } from "./step-context.ts";
import type { StepResponse } from "./step-response.ts";

/**
 * Of Microsoft's container images, these have a shell. Images for a single purpose, such as the pause image, may not.
 */
const hasShell = /\/(nanoserver|servercore)[:@]/;

/** The checks of packer/proof. They examine a machine that has just booted from the image. */
export const proofChecks: ChecksByName = {
  "windows-set-up": () => "",
  "launch-agent-finished": () => "",
  "os-build": (context) => osBuild(context),
  $tool: (context, tool) => recentTool(context, tool),
  "containerd-runs": (context) => {
    const { containersFeature } = context.machine.installation;
    assertThat(containersFeature === "there" && containerdOf(context).configured, "containerd is Stopped.");
    return versionOf(context.machine.files, programPaths.containerd);
  },
  "cri-loaded": ({ machine: { installation } }) => {
    assertThat(installation.criTrouble === "", `kubelet gets no answer: ${installation.criTrouble}.`);
    return "";
  },
  "files-as-reported": (context) => filesAsReported(context),
  "eks-as-in-base": (context) => {
    const lost = eksLoss(context.machine, readJson<{ eks: EksState }>(context, reportPath).eks);
    assertThat(lost === "", `Not as in its base: ${lost}.`);
    return "is as in its base";
  },
  "sandbox-image": (context) =>
    containerImageNamed(context.machine.installation, containerdOf(context).sandboxImage).digest,
  "container-image $reference": ({ machine }, reference) => {
    const { pinned, digest } = containerImageNamed(machine.installation, reference);
    assertThat(pinned, `${reference} is not pinned.`);
    return digest;
  },
  "container-starts": (context) => container(context, list(context, "CONTAINER_IMAGES")),
  disk: () => "61 % free",
  "nothing-left-over": (context) => nothingLeftOver(context),
};

/** 10-checks: runs the boot proof. */
export function check(context: StepContext): Partial<StepResponse> {
  return proofOutput(runChecks(checksIn(context.packerDir), proofChecks, context), setting(context, "WORK_DIRECTORY"));
}

function osBuild(context: StepContext): string {
  const { build } = context.machine.installation;
  const report = readJson<{ baseOsBuild: string; osBuild: string }>(context, reportPath);
  assertThat(
    isAtLeast(build, report.baseOsBuild),
    `Windows build ${build} is older than the base's ${report.baseOsBuild}.`,
  );
  assertThat(build === report.osBuild, `Windows build ${build} is not the ${report.osBuild} of the report.`);
  return build;
}

function filesAsReported(context: StepContext): string {
  const { binaries } = readJson<{ binaries: { path: string; sha256: string }[] }>(context, reportPath);
  const { files } = context.machine;
  assertThat(binaries.length > 0, "The report names no file.");
  const other = binaries.filter(({ path, sha256: reported }) => hash("sha256", files.read(path) ?? "") !== reported);
  assertThat(other.length === 0, `Not as reported: ${other.map(({ path }) => path).join(", ")}.`);
  return `${binaries.length} files`;
}

function container({ machine: { installation } }: StepContext, wanted: string[]): string {
  const present = installation.containerImages.map(({ name }) => name);
  const withShell = (names: string[]) => names.filter((name) => hasShell.test(name));
  const [reference = installation.containerd?.sandboxImage ?? ""] = [...withShell(wanted), ...withShell(present)];
  assertThat(present.includes(reference), `ctr.exe exited with 1: ctr: image "${reference}": not found`);
  return `Microsoft Windows [Version 10.0.${installation.build}]`;
}

function nothingLeftOver(context: StepContext): string {
  const inventory = readJson<Record<string, string[]>>(context, workPath(context, "inventory.json"));
  const left = Object.entries(inventory)
    .filter(([, found]) => found.length > 0)
    .map(([kind, found]) => `${kind}: ${found.join(", ")}`);
  assertThat(left.length === 0, `The build left ${left.join("; ")}.`);
  return "";
}
