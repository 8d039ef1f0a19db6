import type { Response } from "./behaviour.ts";
import { readJson } from "./documents.ts";
import type { Settings } from "./healthy.ts";
import { containerImageNamed, isAtLeast, TOOLS, type Tool } from "./installation.ts";
import type { Machine } from "./machine.ts";
import { REPORT } from "./report.ts";
import { type Checked, proofOf } from "./results.ts";
import { isRecent } from "./verification.ts";

/** All of Windows' container images have a shell except those that are made for one purpose. */
const WITH_SHELL = /\/(nanoserver|servercore)[:@]/;

/** As packer/proof/scripts/10-checks.ps1: what it finds is what the image brought along; what it wants are the proof's variables. */
export function check(machine: Machine, settings: Settings): Partial<Response> {
  const { KUBERNETES_VERSION = "", CONTAINER_IMAGES = "[]", WORK_DIRECTORY = "" } = settings;
  const references: string[] = JSON.parse(CONTAINER_IMAGES);
  const checks = [
    checked("windows-set-up", () => ""),
    checked("launch-agent-finished", () => ""),
    checked("os-build", () => osBuild(machine)),
    ...TOOLS.map((tool) => checked(tool, () => program(machine, tool, KUBERNETES_VERSION))),
    checked("containerd-runs", () => containerd(machine).version),
    checked("sandbox-image", () => containerImageNamed(machine.installation, containerd(machine).sandboxImage).digest),
    ...references.map((reference) => checked(`container-image ${reference}`, () => pinnedImage(machine, reference))),
    checked("container-starts", () => container(machine, references)),
    checked("imds-v1-refused", () => ""),
    checked("disk", () => "61 % free"),
    checked("nothing-left-over", () => nothingLeftOver(machine, WORK_DIRECTORY)),
  ];
  return proofOf(checks, WORK_DIRECTORY);
}

/** Passed unless it throws; what it threw is the detail. */
function checked(name: string, look: () => string): Checked {
  try {
    return { name, passed: true, detail: look() };
  } catch (error) {
    return { name, passed: false, detail: (error as Error).message };
  }
}

function osBuild(machine: Machine): string {
  const { build } = machine.installation;
  const report = readJson<{ baseOsBuild: string; osBuild: string }>(machine, REPORT);
  if (!isAtLeast(build, report.baseOsBuild))
    throw new Error(`Windows build ${build} is older than the base's ${report.baseOsBuild}.`);
  if (build !== report.osBuild) throw new Error(`Windows build ${build} is not the ${report.osBuild} of the report.`);
  return build;
}

function program({ installation }: Machine, tool: Tool, wanted: string): string {
  const version = installation.tools[tool];
  if (!version) throw new Error(`There is no program C:\\Program Files\\kubernetes\\${tool}.exe.`);
  if (!isRecent(version, wanted)) throw new Error(`${tool} is ${version}, wanted is ${wanted}.`);
  return version;
}

function containerd({ installation }: Machine) {
  if (!installation.containerd) throw new Error("Cannot find any service with service name 'containerd'.");
  return installation.containerd;
}

function pinnedImage({ installation }: Machine, reference: string): string {
  const { pinned, digest } = containerImageNamed(installation, reference);
  if (!pinned) throw new Error(`${reference} is not pinned.`);
  return digest;
}

function container({ installation }: Machine, wanted: string[]): string {
  const present = installation.containerImages.map(({ name }) => name);
  const withShell = (names: string[]) => names.filter((name) => WITH_SHELL.test(name));
  const [reference] = [...withShell(wanted), ...wanted, ...withShell(present)];
  if (reference === undefined) return "There is no container image to try.";
  if (!present.includes(reference)) throw new Error(`ctr.exe exited with 1: ctr: image "${reference}": not found`);
  return `Microsoft Windows [Version 10.0.${installation.build}]`;
}

function nothingLeftOver(machine: Machine, workDirectory: string): string {
  const inventory = readJson<Record<string, string[]>>(machine, `${workDirectory}/inventory.json`);
  const left = Object.entries(inventory)
    .filter(([, found]) => found.length > 0)
    .map(([kind, found]) => `${kind}: ${found.join(", ")}`);
  if (left.length > 0) throw new Error(`The build left ${left.join("; ")}.`);
  return "";
}
