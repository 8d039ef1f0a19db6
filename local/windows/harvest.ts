import { fetchVerified } from "./artifacts.ts";
import type { Response } from "./behaviour.ts";
import { withBinaries } from "./binaries.ts";
import { EKS } from "./eks-image.ts";
import type { Machine } from "./machine.ts";
import { sha256 } from "./network.ts";
import { PROGRAMS } from "./programs.ts";
import { readJson, type Situation, setting } from "./situation.ts";

/** What an EKS image has besides files, as a harvest brings it along. */
type Setup = { csiProxy: { commandLine: string }; tasks: Record<string, string> };
type Manifest = { files: { path: string; sha256: string; bytes: number }[]; recipe: string };

export const SETUP = "C:\\ProgramData\\eks-windows-images\\eks.json";
const HNS = "C:\\Program Files\\Microsoft\\Hns";

/** Puts the files of EKS into the bucket, each under its sum, and last of all the manifest. */
export async function harvest(situation: Situation): Promise<Partial<Response>> {
  const { machine, network } = situation;
  if (!machine.files.read(PROGRAMS.aws)) throw new Error(`There is no program ${PROGRAMS.aws}.`);
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

/** Sets up on assemble what belongs to the harvested files, and wants everything there. */
export function eksTools(situation: Situation): Partial<Response> {
  const { files, installation } = situation.machine;
  const layer = setting(situation, "RECIPE_KIND") === "layer";
  const paths = NEEDED.map((name) => `${EKS}\\${name}`);
  for (const path of paths)
    if (!files.read(path)) throw new Error(`There is no ${path}, without which no node of EKS comes up.`);
  const setup = layer ? installation.eks : setupFrom(situation);
  if (!setup) throw new Error("No service runs csi-proxy.exe, without which there are no volumes.");
  return {
    stdout: `${paths.length} files of EKS, csi-proxy and the startup task are in place.\r\n`,
    files: layer
      ? withBinaries(
          situation,
          paths.map((path) => ({ path, version: "", from: "base" })),
        )
      : {},
    changes: { eks: setup },
  };
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
  return machine.files.paths().filter((path) => path.startsWith(`${EKS}\\`) || path.startsWith(`${HNS}\\`));
}

function setupOf({ installation }: Machine): Setup {
  if (!installation.eks) throw new Error("The EKS image has no service that runs csi-proxy.exe.");
  const { csiProxy, tasks } = installation.eks;
  return { csiProxy: { commandLine: csiProxy }, tasks };
}

function setupFrom(situation: Situation) {
  const { csiProxy, tasks } = readJson<Setup>(situation, SETUP);
  return { csiProxy: csiProxy.commandLine, tasks };
}
