import { test } from "vitest";
import { type BuildOptions, type BuildOrder, type Harvest, takeHarvest } from "../../../local/windows/builds.ts";
import { type Run, runStep, type StepRun } from "../../../local/windows/run-order.ts";
import { runBefore } from "../../../local/windows/snapshots.ts";
import type { Workbench } from "../../../local/windows/workbench.ts";
import { eksBase, expectFailure, packerDirectory } from "../runs.ts";

/** One script on a machine as a build has it then, after a change. */
export type Fault = {
  /** Completes "<script> …". */
  what: string;
  script: string;
  /** Changes the machine, the settings or what surrounds it. */
  change?: (run: Run, bench: Workbench) => unknown;
  settings?: Record<string, string>;
};

/** `cause` is contained in the failure line. */
export type Failing = Fault & { failure: { class: string; cause: string } };

/** What most faults happen to. */
export const layer: BuildOrder = {
  recipe: "layer",
  base: eksBase("2022", "Core", "1.7.36"),
  kubernetes: "1.35.8",
  containerImages: ["mcr.microsoft.com/windows/nanoserver:ltsc2022"],
};

/** What an assembled image is made of. Before the harvested files arrive, a build needs no harvest. */
export function assembly(harvest?: Harvest): BuildOrder {
  const { kubernetes, containerImages } = layer;
  return {
    recipe: "assemble",
    base: { kind: "Base", windows: "2022", edition: "Core" },
    kubernetes,
    containerImages,
    harvest,
  };
}

/** A harvest of AWS's EKS image, for an assembled image. */
export function harvestFor(bench: Workbench, prepare?: BuildOptions["prepare"]): Promise<Harvest> {
  return takeHarvest(bench, layer.base, { packerDir: packerDirectory, prepare });
}

/** One test a fault: the script fails with this class and cause. */
export function testFaults(bench: () => Workbench, order: () => BuildOrder, faults: Failing[]): void {
  test.each(faults)("$script $what", async (fault) => {
    const { step } = await runFault(bench(), order(), fault);

    expectFailure(step, fault.failure);
  });
}

/** Runs the script and returns how it ended, and the machine as it is then. */
export async function runFault(
  bench: Workbench,
  order: BuildOrder,
  { script, change, settings }: Fault,
): Promise<{ step: StepRun; run: Run }> {
  const run = await runBefore(bench, order, script, packerDirectory);
  const changed = { ...run, settings: { ...run.settings, ...settings } };
  await change?.(changed, bench);
  try {
    return { step: await runStep(changed, script), run: changed };
  } finally {
    bench.surroundings.recover();
    await changed.machine.switchOff();
  }
}
