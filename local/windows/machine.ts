import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { guestPath, hostPath, modelDirectory } from "./paths.ts";
import { type Call, createPowerShell, type Finished, type MachineSite } from "./powershell.ts";
import { copyPrefix, linkOrCopy } from "./prefix.ts";
import type { MachineState } from "./state.ts";

/** What a start has run. User data runs only at the first start of an image's machine, and whatever becomes of it. */
export type Started = { userData: { exitCode: number; output: string[] } | null };

/** One machine: a Windows with what the model adds, switched on or off. */
export type Machine = {
  prefix: string;
  /** Runs `powershell.exe` to its end (`powershell.ts`). */
  powershell: (call: Call) => Promise<Finished>;
  read: (path: string) => Buffer;
  write: (path: string, content: Buffer | string) => void;
  /** Puts a file of this computer there, by a link: nothing on the machine may change it. */
  link: (path: string, file: string) => void;
  /** The model's state. It may only be changed while nothing runs. */
  state: () => MachineState;
  change: (change: (state: MachineState) => void) => void;
  /** Ends every process, as a loss of power does, and writes the registry to disk. */
  switchOff: () => Promise<void>;
  /** Starts Windows: what a start completes, then services and tasks. */
  start: () => Promise<Started>;
  /** Goes on after `switchOff` as if nothing had happened: starts the programs of services that were running. */
  resume: () => Promise<void>;
  /**
   * Runs statements of PowerShell as SYSTEM.
   * @returns what they print
   * @throws Error with their output if one of them, or the last program in them, fails
   */
  administer: (statements: string, environment?: Call["environment"]) => Promise<string>;
  /** Runs the tasks whose time has come, as SYSTEM. */
  runDueTasks: () => Promise<Finished>;
  /** A copy of the machine as it is on disk. The machine is switched off for it. */
  copy: (prefix: string, site?: MachineSite) => Promise<Machine>;
  remove: () => Promise<void>;
};

const statePath = "C:\\windows-model\\state.json";

/** Opens the machine in a folder. It is switched off until it is started or called. */
export function openMachine(site: MachineSite, prefix: string): Machine {
  const { run: powershell, startApart, end: switchOff } = createPowerShell(site, prefix);
  const inPrefix = (path: string) => hostPath(prefix, path);

  function write(path: string, content: Buffer | string): void {
    const target = inPrefix(path);
    mkdirSync(dirname(target), { recursive: true });
    // A file that another copy of this Windows links to must not change there.
    rmSync(target, { force: true });
    writeFileSync(target, content);
  }

  function link(path: string, file: string): void {
    const target = inPrefix(path);
    mkdirSync(dirname(target), { recursive: true });
    linkOrCopy(file, target);
  }

  const read = (path: string) => readFileSync(inPrefix(path));
  const state = (): MachineState => JSON.parse(read(statePath).toString("utf8"));

  function change(change: (state: MachineState) => void): void {
    const changed = state();
    change(changed);
    write(statePath, JSON.stringify(changed));
  }

  async function start(): Promise<Started> {
    const parameters = ["-File", guestPath(join(modelDirectory, "boot.ps1"))];
    return JSON.parse(outputOf("starting it", await powershell({ parameters, user: "SYSTEM" })));
  }

  async function resume(): Promise<void> {
    for (const [name, { binaryPath, status }] of Object.entries(state().services)) {
      const [, program, parameters = ""] = /^"?(.+?\\containerd\.exe)"?(?: (.*))?$/.exec(binaryPath) ?? [];
      if (status !== "Running" || !program) continue;
      const words = parameters.split(" ").filter((word) => word && word !== "--run-service");
      await startApart(name, [program, ...words]);
    }
  }

  async function administer(statements: string, environment?: Call["environment"]): Promise<string> {
    const text = `$ErrorActionPreference = 'Stop'\n${statements}\nexit $LASTEXITCODE`;
    const parameters = ["-EncodedCommand", Buffer.from(text, "utf16le").toString("base64")];
    return outputOf(statements, await powershell({ parameters, user: "SYSTEM", environment }));
  }

  function outputOf(doing: string, { exitCode, stdout, stderr }: Finished): string {
    if (exitCode !== 0) throw new Error(`${doing}: the machine in ${prefix} says ${exitCode}\n${stdout}\n${stderr}`);
    return stdout;
  }

  function runDueTasks(): Promise<Finished> {
    return powershell({ parameters: ["-Command", "Start-DueTask | Out-Null; exit 0"], user: "SYSTEM" });
  }

  async function copy(target: string, otherSite = site): Promise<Machine> {
    await switchOff();
    copyPrefix(prefix, target);
    return openMachine(otherSite, target);
  }

  async function remove(): Promise<void> {
    await switchOff();
    rmSync(prefix, { recursive: true, force: true });
  }

  return {
    prefix,
    powershell,
    read,
    write,
    link,
    state,
    change,
    switchOff,
    start,
    resume,
    administer,
    runDueTasks,
    copy,
    remove,
  };
}
