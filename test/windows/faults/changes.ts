import type { Machine } from "../../../local/windows/machine.ts";

/**
 * Runs statements in the machine's PowerShell; `ctr` in them is containerd's.
 * @throws Error with their output unless they succeed
 */
export async function command(machine: Machine, statements: string): Promise<void> {
  const ctr = "& 'C:\\Program Files\\containerd\\ctr.exe' --namespace k8s.io @args";
  await machine.administer(`function ctr { ${ctr}; if ($LASTEXITCODE -ne 0) { throw "ctr $args" } }\n${statements}`);
}

/** Changes what must not change while the machine runs. */
export async function whileOff(machine: Machine, change: () => void): Promise<void> {
  await machine.switchOff();
  change();
  await machine.resume();
}

export function edit(machine: Machine, path: string, change: (text: string) => string): void {
  const text = machine.read(path).toString("utf8");
  const changed = change(text);
  if (changed === text) throw new Error(`changing ${path}: nothing to change`);
  machine.write(path, changed);
}

export const inWorkDirectory = (name: string) => `C:\\eks-windows-images\\${name}`;

export function readJson(machine: Machine, path: string): unknown {
  return JSON.parse(machine.read(path).toString("utf8"));
}
