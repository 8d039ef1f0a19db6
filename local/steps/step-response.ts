import type { Installation } from "../model/installation.ts";
import type { Machine } from "../model/machine.ts";

/** How a step ends on a machine. */
export type StepResponse = {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Files that the step writes to the machine. */
  files: Record<string, string | Buffer>;
  /** What the step changes in Windows. */
  changes: Partial<Installation>;
  /** Lines that the step writes to the serial port (EC2's console output). */
  console: string[];
  /** The step never ends. For `boot` and `restart`: the machine never comes up. */
  hang: boolean;
  /** The connection breaks while the step runs. */
  dropConnection: boolean;
  /** The machine stops its own instance after the step (sysprep). */
  stopsItself: boolean;
};

/** A step that succeeds, prints nothing and changes nothing. */
export const silentResponse: StepResponse = {
  exitCode: 0,
  stdout: "",
  stderr: "",
  files: {},
  changes: {},
  console: [],
  hang: false,
  dropConnection: false,
  stopsItself: false,
};

/**
 * Applies a step's files, changes and console lines to the machine. A step that does not end writes console lines only.
 */
export function applyResponse(machine: Machine, response: StepResponse): void {
  const { console, files, changes, hang, dropConnection } = response;
  machine.console.push(...console);
  if (hang || dropConnection) return;
  for (const [path, content] of Object.entries(files)) machine.files.write(path, content);
  Object.assign(machine.installation, changes);
}
