import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Site } from "../../local/tools/cache.ts";
import type { Base, Release } from "../../local/windows/bases.ts";
import { type Machine, openMachine } from "../../local/windows/machine.ts";
import type { Finished, MachineSite } from "../../local/windows/powershell.ts";
import { copyPrefix, pristinePrefix } from "../../local/windows/prefix.ts";
import type { StepRun } from "../../local/windows/run-order.ts";
import { windowsPowerShell, withoutPowerShell } from "../../local/windows/settings.ts";
import { openWorkbench, type Workbench, type WorkbenchOptions } from "../../local/windows/workbench.ts";
import { packerDirectory } from "../packer/powershell.ts";

export { packerDirectory };

const powershell = windowsPowerShell();

/** What the scripts report when they fail: the failure line, parted. Undefined if there is none. */
export type Failure = { class: string; step: string; cause: string };

/**
 * Tests that run scripts in a PowerShell; skipped without one. All tests of a file share a workbench, which `bench`
 * returns.
 */
export function describeWithPowerShell(
  name: string,
  tests: (bench: () => Workbench) => void,
  options: Partial<WorkbenchOptions> = {},
): void {
  describe.skipIf(!powershell)(powershell ? name : `${name} (${withoutPowerShell})`, () => {
    let bench: Workbench;
    beforeAll(async () => {
      bench = await openWorkbench({ powershell: powershell ?? "", packerDir: packerDirectory, ...options });
    });
    afterAll(() => bench?.close());
    tests(() => bench);
  });
}

/** A machine of Windows Server 2022 in a new folder that has nothing but the model. */
export async function bareMachine(site: MachineSite & { site: Site }, prefix: string): Promise<Machine> {
  copyPrefix(await pristinePrefix(site.site, site.powershell, 20348), prefix);
  return openMachine(site, prefix);
}

export function failureOf({ stdout, stderr }: Finished): Failure | undefined {
  const line = `${stdout}\n${stderr}`.split(/\r?\n/).findLast((each) => each.startsWith("EKSWIN-FAILED "));
  const [, failureClass = "", step = "", cause = ""] = /^EKSWIN-FAILED (\S+) ([\w-]+): (.*)$/.exec(line ?? "") ?? [];
  return line ? { class: failureClass, step, cause } : undefined;
}

/** Expects that a script has failed with this class and with a cause that contains the given one. */
export function expectFailure(step: StepRun, failure: Pick<Failure, "class" | "cause">): void {
  expect(step.exitCode, step.stdout + step.stderr).toBe(1);
  expect(failureOf(step)).toEqual({
    class: failure.class,
    step: step.script,
    cause: expect.stringContaining(failure.cause),
  });
}

/** AWS's EKS image, on which layer builds and which a harvest reads. */
export function eksBase(windows: Release, edition: "Core" | "Full", containerd: string): Base {
  return { kind: "EKS_Optimized", windows, edition, kubernetes: "1.35.5", containerd };
}
