import { existsSync } from "node:fs";
import { isExecutable } from "../tools/programs.ts";

/**
 * The variables by which scripts run in a real PowerShell, on a model of Windows. No other file names them.
 * - `WINDOWS_POWERSHELL`: the path of a command that acts like `powershell.exe` on the Windows in the folder
 *   `WINDOWS_PREFIX`, whose drive C: is its folder `drive_c` (a Wine prefix). It makes the folder at the first call, with
 *   a Windows of the build `WINDOWS_BUILD`, and runs the script `POWERSHELL_PRELUDE` at the start of every PowerShell.
 * - `SCRIPT_COVERAGE`: the path of a folder that collects which commands of the scripts ran. `npm run test:full` sets it.
 */
const command = "WINDOWS_POWERSHELL";
const coverageFolder = "SCRIPT_COVERAGE";

/** What tests say that need it and do not have it. */
export const withoutPowerShell = `${command} is not set: the scripts of packer/ run nowhere here (CONTRIBUTING.md)`;

/**
 * The command that acts like `powershell.exe`; undefined if none is set.
 * @throws Error if the variable names anything but a program
 */
export function windowsPowerShell(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const path = environment[command];
  if (!path) return undefined;
  if (!existsSync(path) || !isExecutable(path)) throw new Error(`using ${command}=${path}: this is no program`);
  return path;
}

/** @throws Error that says what to set if there is no such command */
export function requiredPowerShell(): string {
  const path = windowsPowerShell();
  if (path === undefined) throw new Error(`${command} is not set: it names a command that acts like powershell.exe`);
  return path;
}

/** The folder that collects which commands of the scripts ran (`coverage.ts`); undefined if nobody wants to know. */
export function scriptCoverage(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return environment[coverageFolder] || undefined;
}

/** The environment of a run of tests that tells which commands of the scripts it ran. */
export function withScriptCoverage(directory: string, environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...environment, [coverageFolder]: directory };
}

/** Where a call of PowerShell runs, and what it finds there. */
export type Surroundings = {
  /** The folder that holds this Windows. */
  prefix: string;
  /** The build of a Windows that is still to be made, such as 20348. */
  windowsBuild?: number;
  /** What runs first in every PowerShell, and the folder where it keeps what it has compiled, as Windows writes paths. */
  model?: { prelude: string; library: string };
  /** Who runs: an Administrator who is connected over WinRM, or a scheduled task. */
  user?: "Administrator" | "SYSTEM";
  /** The URL of the server that answers the model's programs for everything beyond the machine. */
  network?: string;
  /** A folder, as Windows writes it, where every PowerShell writes down which commands of the scripts ran. */
  coverage?: string;
  /** A file, as Windows writes it, where this PowerShell, but none that it starts, writes its exit code at its end. */
  ending?: string;
};

/** The environment of a call of PowerShell: nothing of this process's own environment but what a program needs. */
export function surroundingsIn(
  surroundings: Surroundings,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv & { WINDOWS_PREFIX: string } {
  const { PATH, HOME, LANG } = environment;
  const { prefix, windowsBuild, model } = surroundings;
  return {
    PATH,
    HOME,
    LANG,
    WINDOWS_PREFIX: prefix,
    WINEPREFIX: prefix,
    WINEDEBUG: "-all",
    // Programs of Go hang now and then when their runtime interrupts a thread of Wine.
    GODEBUG: "asyncpreemptoff=1",
    // Wine's own dism does nothing and would go before the one on the disk. What makes menus for Linux takes a third of
    // the time in which Wine starts.
    WINEDLLOVERRIDES: "dism.exe=n;winemenubuilder.exe=;winebus.sys=;wineusb.sys=",
    ...(windowsBuild === undefined ? {} : { WINDOWS_BUILD: `${windowsBuild}` }),
    ...(model === undefined ? {} : { POWERSHELL_PRELUDE: model.prelude, MODEL_LIBRARY: model.library }),
    ...variablesIn(surroundings),
  };
}

/** Those of its variables that may differ from one script of a machine to the next. */
export function variablesIn({
  user = "Administrator",
  network,
  coverage,
  ending,
}: Surroundings): Record<string, string> {
  return {
    MODEL_USER: user,
    ...(network === undefined ? {} : { MODEL_NETWORK: network }),
    ...(coverage === undefined ? {} : { MODEL_COVERAGE: coverage }),
    ...(ending === undefined ? {} : { MODEL_ENDING: ending }),
  };
}
