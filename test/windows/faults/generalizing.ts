import { rmSync } from "node:fs";
import { placeLaunchAgent } from "../../../local/windows/launch-agent.ts";
import type { Machine } from "../../../local/windows/machine.ts";
import { hostPath } from "../../../local/windows/paths.ts";
import { machineAfter } from "../../../local/windows/snapshots.ts";
import type { MachineState } from "../../../local/windows/state.ts";
import type { Workbench } from "../../../local/windows/workbench.ts";
import { type Failure, failureOf, packerDirectory } from "../runs.ts";
import { layer } from "./faults.ts";

/** The state of a machine that is sealed and has stopped itself. */
export const sealed = {
  power: "off",
  generalized: true,
  imageState: "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE",
} satisfies Partial<MachineState>;

/** A machine on which the task of 90-sysprep has run, switched off. `failure`: what its serial console says. */
export type Generalized = { machine: Machine; state: MachineState; failure: Failure | undefined };

/** Lets a machine that a build has left generalize itself, after a change. */
export async function generalize(
  bench: Workbench,
  change: (machine: Machine, bench: Workbench) => void,
): Promise<Generalized> {
  const machine = await machineAfter(bench, layer, packerDirectory);
  change(machine, bench);
  await machine.runDueTasks();
  await machine.switchOff();
  const state = machine.state();
  return { machine, state, failure: failureOf({ exitCode: 0, stdout: state.console.join("\n"), stderr: "" }) };
}

/** Gives the machine the launch agent of another image of AWS. */
export function replaceLaunchAgent(machine: Machine, { programs }: Workbench, agent: "v1" | "v2 of 2023"): void {
  rmSync(hostPath(machine.prefix, "C:\\Program Files\\Amazon\\EC2Launch"), { recursive: true });
  const base = { windows: agent === "v1" ? "2019" : "2022", kind: "ContainersLatest" } as const;
  placeLaunchAgent(base, machine, programs);
  const found =
    agent === "v1"
      ? { name: "ec2launch-v1", version: "1.3.2005119", status: null }
      : { name: "ec2launch-v2", version: "2.0.1245", status: 0 };
  machine.write("C:\\eks-windows-images\\output\\launch-agent.json", JSON.stringify(found));
}
