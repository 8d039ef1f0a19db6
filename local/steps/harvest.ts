import { hash } from "node:crypto";
import type { Machine } from "../model/machine.ts";
import { awsTools, programPaths } from "../model/programs.ts";
import { fetchVerified } from "./artifacts.ts";
import { withBinaries } from "./binaries.ts";
import { eksFiles, eksSetupPath, eksState, type HarvestedSetup } from "./eks-state.ts";
import { type StepContext, setting } from "./step-context.ts";
import type { StepResponse } from "./step-response.ts";

type Manifest = { files: { path: string; sha256: string; bytes: number }[]; recipe: string };

/** 10-harvest: uploads the files of EKS to the bucket, each under its SHA-256, and the manifest last. */
export async function harvest(context: StepContext): Promise<Partial<StepResponse>> {
  const { machine, network } = context;
  if (!machine.files.read(programPaths.aws) && !machine.files.read(awsTools))
    throw new Error(`There is neither ${programPaths.aws} nor a Write-S3Object of AWS Tools for PowerShell.`);
  const url = setting(context, "HARVEST_URL");
  const contents = new Map<string, Buffer>([[eksSetupPath, Buffer.from(JSON.stringify(setupOf(machine)))]]);
  for (const path of harvestedPaths(machine)) contents.set(path, machine.files.read(path) ?? Buffer.alloc(0));
  const files: Manifest["files"] = [];
  for (const [path, content] of [...contents].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const sha256 = hash("sha256", content);
    await network.upload(`${url}/files/${sha256}`, content);
    files.push({ path, sha256, bytes: content.length });
  }
  const manifest = JSON.stringify({ files, recipe: setting(context, "HARVEST_RECIPE") } satisfies Manifest);
  await network.upload(`${url}/manifest.json`, manifest);
  return { stdout: `${files.length} files are harvested; the manifest is ${hash("sha256", manifest)}.\r\n` };
}

/**
 * 31-harvested-files: downloads the files that the manifest lists. The build's order names the manifest by its SHA-256.
 */
export async function harvestedFiles(context: StepContext): Promise<Partial<StepResponse>> {
  if (!context.machine.files.read(programPaths.aws)) throw new Error(`There is no program ${programPaths.aws}.`);
  const url = setting(context, "HARVEST_URL");
  const text = await fetchVerified(context, `${url}/manifest.json`, {
    sha256: setting(context, "HARVEST_MANIFEST"),
  });
  const { files }: Manifest = JSON.parse(text.toString("utf8"));
  const contents = await Promise.all(
    files.map(async ({ path, sha256 }) => [path, await fetchVerified(context, `${url}/files/${sha256}`, { sha256 })]),
  );
  return {
    stdout: `${files.length} files of AWS's EKS image are in place.\r\n`,
    files: {
      ...withBinaries(
        context,
        files.map(({ path }) => ({ path, version: "", from: "harvest" })),
      ),
      ...Object.fromEntries(contents),
    },
  };
}

function harvestedPaths(machine: Machine): string[] {
  const { csiProxyProgram } = eksState(machine);
  return [...new Set([...(csiProxyProgram ? [csiProxyProgram] : []), ...eksFiles(machine)])];
}

function setupOf(machine: Machine): HarvestedSetup {
  const { csiProxy = "", tasks = {} } = machine.installation.eks ?? {};
  return { eks: eksState(machine), csiProxy: csiProxy ? { commandLine: csiProxy } : null, tasks };
}
