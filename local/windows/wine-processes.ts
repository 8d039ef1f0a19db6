import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";

/** Programs that Wine starts of itself. */
const ofWine = /^(services|winedevice|plugplay|svchost|explorer|rpcss|conhost|wineserver\d*)(\.exe)?$/i;

/** The processes, by their numbers, that run on the Windows in this folder. */
export function processesOn(prefix: string): number[] {
  const variable = `WINEPREFIX=${prefix}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => read(`/proc/${id}/environ`).split("\0").includes(variable))
    .map(Number);
}

/** Ends at once what runs on the Windows in this folder, but these processes and Wine's own. */
export async function endProcesses(prefix: string, kept: readonly number[]): Promise<void> {
  const ending = processesOn(prefix).filter((id) => !kept.includes(id) && !ofWine.test(programOf(id)));
  for (const id of ending) {
    try {
      process.kill(id, "SIGKILL");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause;
    }
  }
  while (ending.some((id) => read(`/proc/${id}/environ`) !== "")) await setTimeout(5);
}

/** Ends everything on a Windows, as a loss of power does. Its registry is on disk then. */
export async function endWine(environment: NodeJS.ProcessEnv): Promise<void> {
  for (const option of ["-k", "-w"])
    await once(spawn("wineserver", [option], { env: environment, stdio: "ignore" }), "exit");
}

/** Ends everything on a Windows and removes its folder once this process has ended, however it ends. */
export function endAfterThisProcess(prefix: string, environment: NodeJS.ProcessEnv): void {
  const script = 'cat; wineserver -k; wineserver -w; rm -rf "$0"';
  const waiting = spawn("bash", ["-c", script, prefix], {
    env: environment,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  waiting.unref();
  // It reads until nobody can write any more.
  (waiting.stdin as Socket).unref();
}

/** The name of the program that a process runs, as Windows or Linux names it. */
function programOf(id: number): string {
  const [path = ""] = read(`/proc/${id}/cmdline`).split("\0");
  return path.trim().split(/[\\/]/).at(-1) ?? "";
}

/** What Linux says of a process; empty once it has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
