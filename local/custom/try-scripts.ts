import { flattenObject, isEqual, omitBy } from "es-toolkit";
import type { Variant } from "../../functions/config/variant.ts";
import { recipeOf } from "../../functions/config/variant.ts";
import { isNeeded, type Versions } from "../../functions/config/versions.ts";
import type { Base, Release } from "../windows/bases.ts";
import { type BuildOrder, takeHarvest } from "../windows/builds.ts";
import { type Run, runOrder, type StepRun, succeeded } from "../windows/run-order.ts";
import { runBefore } from "../windows/snapshots.ts";
import type { MachineState } from "../windows/state.ts";
import type { Workbench } from "../windows/workbench.ts";

/** What is tried, on which variant's machine, and who hears of it. */
export type Trial = { bench: Workbench; variant: Variant; packerDir: string; versions: Versions; say: Say };
type Say = (line: string) => void;

const customStep = "60-custom";
const verification = "70-verify";

/** What the model is not. Said before each trial, because a script that passes here may fail in an image. */
export const limits = `This is PowerShell 7 on a model of Windows Server, not Windows PowerShell 5.1 on Windows:
cmdlets, services and programs that the model lacks fail here and may work in an image, installers install nothing,
and no container runs. Only a build tells whether an image comes out of it.`;

/**
 * Runs the custom scripts as a build of the variant does, then restarts and verifies as the build does. The machine is
 * the one that the build has then.
 * @returns the exit code of the step that failed; 0 if none did
 * @throws Error if the build fails before the custom scripts
 */
export async function tryScripts({ bench, variant, packerDir, versions, say }: Trial): Promise<number> {
  const order = await orderOf(bench, variant, packerDir, versions);
  const run = await runBefore(bench, order, customStep, packerDir);
  try {
    const before = run.machine.state();
    const [custom] = await runOrder(part(run, customStep, customStep));
    if (!custom) throw new Error(`Packer runs no ${customStep}`);
    report(custom, say);
    for (const line of changes(before, run.machine.state())) say(`  ${line}`);
    if (!succeeded(custom)) return custom.exitCode;
    const { actions } = part(run, customStep, verification).order;
    const followed = await runOrder({ ...run, order: { ...run.order, actions: actions.slice(1) } });
    const verified = followed.at(-1);
    if (!verified) throw new Error(`Packer runs no ${verification}`);
    report(verified, say);
    return succeeded(verified) ? 0 : verified.exitCode;
  } finally {
    await run.machine.switchOff();
  }
}

/** What the model is told of a variant; an assembled one gets a harvest first. */
async function orderOf(
  bench: Workbench,
  { windows, edition, kubernetes, base, containerImages, deniedUpdates, diskGiB }: Variant,
  packerDir: string,
  versions: Versions,
): Promise<BuildOrder> {
  const release = `${windows}` as Release;
  const need = { name: "the variant", windows, kubernetes, base: "Base" as const };
  const containerd = versions.artifacts.find((artifact) => artifact.name === "containerd" && isNeeded(artifact, need));
  if (!containerd) throw new Error(`packer/versions.json has no containerd for Windows ${windows}`);
  const eks: Base = {
    kind: "EKS_Optimized",
    windows: release,
    edition,
    // AWS's image has some patch release, the build brings a later one.
    kubernetes: `${kubernetes}.5`,
    containerd: containerd.version,
  };
  const assembled = recipeOf({ base }) === "assemble";
  return {
    recipe: assembled ? "assemble" : "layer",
    base: base === "EKS_Optimized" ? eks : { kind: base, windows: release, edition },
    kubernetes: `${kubernetes}.8`,
    containerImages,
    harvest: assembled ? await takeHarvest(bench, eks, { packerDir }) : undefined,
    settings: { DENIED_UPDATES: JSON.stringify(deniedUpdates), DISK_GIB: `${diskGiB}` },
  };
}

/** The run of a part of the build, from one script to another. */
function part(run: Run, first: string, last: string): Run {
  const index = (name: string) => run.order.actions.findIndex((action) => "script" in action && action.script === name);
  return { ...run, order: { ...run.order, actions: run.order.actions.slice(index(first), index(last) + 1) } };
}

function report({ script, exitCode, stdout, stderr }: StepRun, say: Say): void {
  say(`\n${script}`);
  for (const line of `${stdout}\n${stderr}`.split(/\r?\n/).filter(Boolean)) say(`  ${line}`);
  say(`${script} ended with exit code ${exitCode}`);
}

/** What differs between two states, a line for each: `services.Spooler.startMode: Auto → Disabled`. */
export function changes(before: Partial<MachineState>, after: Partial<MachineState>): string[] {
  // What is empty counts as absent.
  const values = (state: object) => omitBy(flattenObject(state), (value) => typeof value === "object");
  const [old, now] = [values(before), values(after)];
  return Object.keys({ ...old, ...now })
    .filter((name) => !isEqual(old[name], now[name]))
    .map((name) => `${name}: ${told(old[name])} → ${told(now[name])}`);
}

function told(value: unknown): string {
  const text = value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
