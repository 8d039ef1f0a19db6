import { type BuildOptions, type BuildOrder, proveImage } from "../../../local/windows/builds.ts";
import type { Machine } from "../../../local/windows/machine.ts";
import type { Run } from "../../../local/windows/run-order.ts";
import { imageOf } from "../../../local/windows/snapshots.ts";
import type { MachineState } from "../../../local/windows/state.ts";
import type { Workbench } from "../../../local/windows/workbench.ts";
import { packerDirectory } from "../runs.ts";
import { command } from "./changes.ts";
import { layer } from "./faults.ts";

export type Check = { name: string; passed: boolean; detail: string; warning?: string };

/** `line`: what the buildspec reads. `failed`: the details of the checks that failed, by name. */
export type Proof = Awaited<ReturnType<typeof proveImage>> & {
  exitCode: number;
  stdout: string;
  line: string | undefined;
  result: string;
  checks: Check[];
  start: Measured;
  failed: Record<string, string>;
};

/** What the machine has measured of its start. */
export type Measured = {
  setUpAt: string | null;
  winrmAt: string | null;
  containerdSeconds: number | null;
  containerSeconds: number | null;
  bytesRead: number | null;
  diskUsedBytes: number | null;
  warnings: string[];
};

export type Proving = Pick<BuildOptions, "prepare" | "before"> & {
  image?: Machine;
  settings?: BuildOrder["settings"];
  containerImages?: string[];
};

/** Proves the image of a layer build, or another one, after changes. */
export async function prove(bench: Workbench, proving: Proving): Promise<Proof> {
  const { settings, containerImages = layer.containerImages } = proving;
  const image = proving.image ?? (await imageOf(bench, layer, packerDirectory));
  const order = { ...layer, settings, containerImages };
  const proved = await proveImage(bench, image, order, { ...proving, packerDir: packerDirectory });
  const { exitCode = -1, stdout = "" } = proved.steps.at(-1) ?? {};
  const { result, checks, start }: Pick<Proof, "result" | "checks" | "start"> = JSON.parse(
    proved.machine.read("C:\\eks-windows-images-proof\\output\\proof.json").toString(),
  );
  const line = stdout.split(/\r?\n/).find((each) => each.startsWith("EKSWIN-PROOF "));
  const failed = Object.fromEntries(checks.flatMap((each) => (each.passed ? [] : [[each.name, each.detail]])));
  return { ...proved, exitCode, stdout, line, result, checks, start, failed };
}

export function warningsOf({ checks }: Proof): Record<string, string> {
  return Object.fromEntries(checks.flatMap(({ name, warning }) => (warning === undefined ? [] : [[name, warning]])));
}

type Report = Record<string, unknown> & { binaries: { path: string }[] };

/** Changes what the image says of itself. */
export function changeReport(machine: Machine, change: (report: Report) => void): void {
  const path = "C:\\ProgramData\\eks-windows-images\\report.json";
  const report: Report = JSON.parse(machine.read(path).toString());
  change(report);
  machine.write(path, JSON.stringify(report));
}

export function changeState(machine: Machine, changes: Partial<MachineState>): void {
  machine.change((state) => Object.assign(state, changes));
}

/** Removes every image that is known to have a shell: under all its names, of which the pull through CRI gives several. */
export const withoutShell =
  "ctr images list --quiet | Where-Object { $_ -match 'nanoserver|servercore' } | ForEach-Object { ctr images remove $_ }";

/** Runs statements on the started machine, as `command` does. */
export function running(statements: string): NonNullable<Run["before"]> {
  return (_script, { machine }) => command(machine, statements);
}
