import type { Response } from "../model/behaviour.ts";
import { EKS } from "../model/eks-image.ts";
import type { EksSetup } from "../model/installation.ts";
import type { Machine } from "../model/machine.ts";
import { sha256 } from "../model/network.ts";
import { AWS_TOOLS, PROGRAMS } from "../model/programs.ts";
import { fetchVerified } from "./artifacts.ts";
import { withBinaries } from "./binaries.ts";
import { type EksState, eksFiles, eksLoss, eksState, SETUP, wantedEksState } from "./eks-state.ts";
import { readJson, type Situation, saved, setting } from "./situation.ts";

/** What an EKS image has besides files, as a harvest brings it along. */
type Setup = { eks: EksState; csiProxy: { commandLine: string } | null; tasks: Record<string, string> };
type Manifest = { files: { path: string; sha256: string; bytes: number }[]; recipe: string };

/** Puts the files of EKS into the bucket, each under its sum, and last of all the manifest. */
export async function harvest(situation: Situation): Promise<Partial<Response>> {
  const { machine, network } = situation;
  if (!machine.files.read(PROGRAMS.aws) && !machine.files.read(AWS_TOOLS))
    throw new Error(`There is neither ${PROGRAMS.aws} nor a Write-S3Object of AWS Tools for PowerShell.`);
  const url = setting(situation, "HARVEST_URL");
  const contents = new Map<string, Buffer>([[SETUP, Buffer.from(JSON.stringify(setupOf(machine)))]]);
  for (const path of harvestedPaths(machine)) contents.set(path, machine.files.read(path) ?? Buffer.alloc(0));
  const files: Manifest["files"] = [];
  for (const [path, content] of [...contents].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const sum = sha256(content);
    await network.upload(`${url}/files/${sum}`, content);
    files.push({ path, sha256: sum, bytes: content.length });
  }
  const manifest = JSON.stringify({ files, recipe: setting(situation, "HARVEST_RECIPE") } satisfies Manifest);
  await network.upload(`${url}/manifest.json`, manifest);
  return { stdout: `${files.length} files are harvested; the manifest is ${sha256(manifest)}.\r\n` };
}

/** Gets them from there, by the manifest that the build was ordered with. */
export async function harvestedFiles(situation: Situation): Promise<Partial<Response>> {
  if (!situation.machine.files.read(PROGRAMS.aws)) throw new Error(`There is no program ${PROGRAMS.aws}.`);
  const url = setting(situation, "HARVEST_URL");
  const text = await fetchVerified(situation, `${url}/manifest.json`, {
    sha256: setting(situation, "HARVEST_MANIFEST"),
  });
  const { files }: Manifest = JSON.parse(text.toString("utf8"));
  const contents = await Promise.all(
    files.map(async ({ path, sha256 }) => [path, await fetchVerified(situation, `${url}/files/${sha256}`, { sha256 })]),
  );
  return {
    stdout: `${files.length} files of AWS's EKS image are in place.\r\n`,
    files: {
      ...withBinaries(
        situation,
        files.map(({ path }) => ({ path, version: "", from: "harvest" })),
      ),
      ...Object.fromEntries(contents),
    },
  };
}

/** Sets up on assemble what belongs to the harvested files; on layer wants there what the base had. */
export function eksTools(situation: Situation): Partial<Response> {
  const { machine } = situation;
  const layer = setting(situation, "RECIPE_KIND") === "layer";
  const paths = layer ? programsOfBase(situation) : NEEDED.map((name) => `${EKS}\\${name}`);
  for (const path of [`${EKS}\\Start-EKSBootstrap.ps1`, ...paths])
    if (!machine.files.read(path)) throw new Error(`There is no ${path}, without which no node of EKS comes up.`);
  const eks = layer ? machine.installation.eks : setupFrom(situation);
  const lost = eksLoss({ ...machine, installation: { ...machine.installation, eks } }, wantedEksState(situation));
  if (lost) throw new Error(`This is not as in AWS's EKS image: ${lost}.`);
  return {
    stdout: `${paths.length} files of EKS, csi-proxy and the tasks are in place, as in AWS's EKS image.\r\n`,
    files: withBinaries(
      situation,
      paths.map((path) => ({ path, version: "", from: layer ? "base" : "harvest" })),
    ),
    changes: { eks },
  };
}

function programsOfBase(situation: Situation): string[] {
  return saved<{ eksFiles: string[] }>(situation, "base").eksFiles.filter((path) =>
    /\.(exe|dll|ps1|psm1)$/i.test(path),
  );
}

/** Without them no node comes up. */
export const NEEDED = [
  "Start-EKSBootstrap.ps1",
  "EKS-StartupTask.ps1",
  "EKS-WindowsServiceHost.exe",
  "aws-iam-authenticator.exe",
  "credential-providers\\ecr-credential-provider.exe",
  "cni\\vpc-bridge.exe",
  "bin\\aws-vpc-cni-k8s-connector.exe",
];

function harvestedPaths(machine: Machine): string[] {
  const { csiProxyProgram } = eksState(machine);
  return [...new Set([...(csiProxyProgram ? [csiProxyProgram] : []), ...eksFiles(machine)])];
}

function setupOf(machine: Machine): Setup {
  const { csiProxy = "", tasks = {} } = machine.installation.eks ?? {};
  return { eks: eksState(machine), csiProxy: csiProxy ? { commandLine: csiProxy } : null, tasks };
}

function setupFrom(situation: Situation): EksSetup {
  const { csiProxy, tasks } = readJson<Setup>(situation, SETUP);
  return { csiProxy: csiProxy?.commandLine ?? "", tasks };
}
