import { hash } from "node:crypto";
import { cpSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Machine, Started } from "./machine.ts";
import { type Action, type PackerOrder, type Settings, scriptOf } from "./packer-order.ts";
import { hostPath } from "./paths.ts";
import type { Finished } from "./powershell.ts";

/** How a script ended. */
export type StepRun = Finished & { script: string };

export type Run = {
  machine: Machine;
  order: PackerOrder;
  /** Values of the scripts' variables that differ from those of the recorded run. */
  settings?: Record<string, string>;
  /** The folder with the templates and scripts. */
  packerDir: string;
  /** Called before each script, with the machine as it is then. */
  before?: (script: string, run: Run) => Promise<void>;
  /** Called after each script, with the variables that it had and the machine as it is then. */
  after?: (step: StepRun, environment: Record<string, string>, machine: Machine) => Promise<void> | void;
};

/** Where a machine finds its user data. */
export const userDataPath = "C:\\windows-model\\user-data.ps1";
const userDataFolder = "C:\\windows-model\\user-data";

/**
 * Gives the machine its user data, which its first start runs, and starts it. The scripts that Packer's user data is
 * made of stay files of their own, so that it can be told which of them runs.
 */
export async function launch({
  machine,
  order,
  packerDir,
}: Pick<Run, "machine" | "order" | "packerDir">): Promise<Started> {
  const scripts = order.userData.map((name) => {
    const path = scriptPath(packerDir, name);
    const guest = `${userDataFolder}\\${path.slice(packerDir.length + 1).replaceAll("/", "\\")}`;
    machine.write(guest, readFileSync(path));
    return `. '${guest}'\n`;
  });
  machine.write(userDataPath, scripts.join(""));
  return machine.start();
}

/**
 * Does to a running machine what Packer did to the recorded one, up to the first script that fails.
 * @returns how each script ended, in order
 */
export async function runOrder(run: Run): Promise<StepRun[]> {
  const { machine, order, before } = run;
  const ended: StepRun[] = [];
  for (const action of order.actions) {
    if ("upload" in action) upload(run, action.upload);
    if ("restart" in action) {
      await machine.switchOff();
      await machine.start();
    }
    if (!("script" in action)) continue;
    await before?.(action.script, run);
    const step = await runScript(run, action);
    ended.push(step);
    if (!succeeded(step)) break;
  }
  return ended;
}

/** Whether Packer goes on after a script that ended so. */
export function succeeded({ exitCode }: Finished): boolean {
  return exitCode === 0 || exitCode === 3010;
}

/** Runs one of the order's scripts as Packer does. @throws Error if the order has none of this name */
export function runStep(run: Run, script: string): Promise<StepRun> {
  const action = run.order.actions.find((each) => scriptOf(each) === script);
  if (!action || !("script" in action)) throw new Error(`Packer runs no ${script}`);
  return runScript(run, action);
}

/** Runs one script as Packer does: as in a PowerShell of its own that ends with the script's exit code. */
export async function runScript(run: Run, action: Extract<Action, { script: string }>): Promise<StepRun> {
  const { machine, order, packerDir } = run;
  const settings: Settings = { ...order.settings, ...action.settings, ...uploadsOf(run), ...run.settings };
  const path = scriptPath(packerDir, action.script);
  const guest = `${settings.WORK_DIRECTORY}/${path.slice(packerDir.length + 1)}`;
  machine.write(guest, readFileSync(path));
  const names = Object.keys({ ...order.settings, ...action.settings });
  const environment = Object.fromEntries(names.map((name) => [name, settingOf(settings, name)]));
  const finished = await machine.powershell({
    parameters: ["-executionpolicy", "bypass", "-Command", `& { & '${guest}'; exit $LastExitCode }`],
    user: action.elevated === "SYSTEM" ? "SYSTEM" : "Administrator",
    environment,
  });
  const step = { script: action.script, ...finished };
  await run.after?.(step, environment, machine);
  return step;
}

function uploadsOf({ packerDir }: Run): Settings {
  return { UPLOADS: JSON.stringify(checksums(packerDir)) };
}

function settingOf(settings: Settings, name: string): string {
  const value = settings[name];
  if (value === null || value === undefined) throw new Error(`running a script: its variable ${name} has no value`);
  return value;
}

/** As build.pkr.hcl computes them: the SHA-256 of each file's base64 text. */
function checksums(packerDir: string): Record<string, string> {
  const names = ["modules", "tests", "custom", "sysprep", "versions.json"].flatMap((name) => filesIn(packerDir, name));
  return Object.fromEntries(
    names.map((name) => [name, hash("sha256", readFileSync(join(packerDir, name)).toString("base64"))]),
  );
}

function filesIn(directory: string, name: string): string[] {
  const path = join(directory, name);
  if (!statSync(path).isDirectory()) return [name];
  return readdirSync(path).flatMap((each) => filesIn(directory, `${name}/${each}`));
}

/** Uploads everything that Packer uploads, as it is now. */
export function uploadAll(run: Run): void {
  for (const action of run.order.actions) if ("upload" in action) upload(run, action.upload);
}

function upload({ machine, order, packerDir }: Run, name: string): void {
  const target = hostPath(machine.prefix, `${order.settings.WORK_DIRECTORY}/${name}`);
  cpSync(join(packerDir, name), target, { recursive: true });
}

/** @throws Error if there is not exactly one script of this name below `packerDir` */
export function scriptPath(packerDir: string, name: string): string {
  const found = readdirSync(packerDir, { recursive: true, encoding: "utf8" }).filter(
    (path) => basename(path) === `${name}.ps1`,
  );
  if (found.length !== 1) throw new Error(`there are ${found.length} scripts ${name}.ps1 below ${packerDir}`);
  return join(packerDir, found[0] as string);
}
