import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pTimeout from "p-timeout";
import { cacheDirectory } from "../tools/cache.ts";
import { guestPath, modelDirectory } from "./paths.ts";
import { type Surroundings, surroundingsIn, variablesIn } from "./settings.ts";
import { enterWarmWindows, type OccupiedWindows } from "./warm-windows.ts";
import { endWine } from "./wine-processes.ts";

/** What every machine runs on. */
export type MachineSite = {
  /** The command that acts like `powershell.exe`. */
  powershell: string;
  /** The URL of the network's server. */
  network?: string;
  /** A folder of this machine that collects which commands ran. */
  coverage?: string;
  /** Whether each script has a process of its own, as on Windows; by default machines share a PowerShell, one at a time. */
  isolated?: boolean;
};

export type Call = {
  /** The arguments of `powershell.exe`. */
  parameters: string[];
  user?: Surroundings["user"];
  environment?: Record<string, string>;
};

export type Finished = { exitCode: number; stdout: string; stderr: string };

/** The PowerShell of one machine. */
export type PowerShell = {
  /**
   * Runs `powershell.exe` to its end. What it started goes on, as a service does.
   * @throws Error that begins with `Wine crashed`, which says nothing about the script
   */
  run: (call: Call) => Promise<Finished>;
  /** Starts a program that outlives its starter, as a service does. Its output goes to a file of this name. */
  startApart: (name: string, commandLine: string[]) => Promise<void>;
  /** Ends every process of the machine, as a loss of power does, and writes its registry to disk. */
  end: () => Promise<void>;
};

/** What is compiled for the model, for all machines. */
const library = join(cacheDirectory(), "windows-library");

/** A script that runs longer, in milliseconds, hangs: the slowest takes a minute on a slow machine that others use too. */
const longest = 4 * 60_000;

/** How a shell says that a program has ended by a wrong access to memory, as Wine does now and then. */
const crashed = 128 + 11;

type Launch = (program: string, parameters: string[], options: SpawnOptions) => ChildProcess;

/** The model that every PowerShell of a machine runs on. */
const model = { prelude: guestPath(join(modelDirectory, "prelude.ps1")), library: guestPath(library) };

/** By their folders, the machines that this process has switched on, and what switches each off. */
const on = new Map<string, () => Promise<void>>();

/** Switches off the machines below a folder, as `end` does. */
export async function endBelow(folder: string): Promise<void> {
  for (const [machine, end] of on) if (machine.startsWith(`${folder}/`)) await end();
}

/** The environment of a PowerShell that machines share. It needs no model itself. */
const ofShared = (prefix: string) => ({ ...surroundingsIn({ prefix, model }), POWERSHELL_PRELUDE: "" });

/** @param machine the folder of the machine, which is switched on by the first call and after each `end` */
export function createPowerShell(site: MachineSite, machine: string): PowerShell {
  let switchedOn: Promise<OccupiedWindows | undefined> | undefined;
  const started = new Set<ChildProcess>();

  /** Starts a program of Linux with all that it starts in a group of its own, so that `end` finds it. */
  const launch: Launch = (program, parameters, options) => {
    const child = spawn(program, parameters, { ...options, detached: true });
    started.add(child);
    child.once("exit", () => started.delete(child));
    return child;
  };

  function surroundings(prefix: string, user?: Surroundings["user"]): Surroundings {
    return { prefix, user, model, network: site.network, coverage: site.coverage && guestPath(site.coverage) };
  }

  function switchOn(): Promise<OccupiedWindows | undefined> {
    on.set(machine, end);
    switchedOn ??= site.isolated ? Promise.resolve(undefined) : enterWarmWindows(machine, site.powershell, ofShared);
    return switchedOn;
  }

  function run(call: Call): Promise<Finished> {
    return pTimeout(toEndOf(call), {
      milliseconds: longest,
      fallback: async () => {
        await end();
        throw new Error(`Wine crashed: ${call.parameters.join(" ").slice(0, 200)} hangs`);
      },
    });
  }

  async function toEndOf(call: Call): Promise<Finished> {
    const { prefix = machine, session } = (await switchOn()) ?? {};
    const variables = { POWERSHELL_PRELUDE: model.prelude, ...call.environment };
    if (!session || variables.POWERSHELL_PRELUDE === "") return inProcess(prefix, call);
    return session.run(call.parameters, { ...variablesIn(surroundings(prefix, call.user)), ...variables });
  }

  async function inProcess(prefix: string, { parameters, user, environment }: Call): Promise<Finished> {
    const directory = mkdtempSync(join(tmpdir(), "windows-run-"));
    const ending = join(directory, "ending");
    const env = { ...surroundingsIn({ ...surroundings(prefix, user), ending: guestPath(ending) }), ...environment };
    try {
      const finished = await toItsEnd(launch, directory, site.powershell, parameters, env);
      // Linux keeps the lowest eight bits of an exit code only, and knows nothing of a crash that came afterwards.
      if (existsSync(ending)) return { ...finished, exitCode: Number(readFileSync(ending, "utf8")) };
      if (finished.exitCode === crashed) throw new Error(`Wine crashed while it ran PowerShell: ${finished.stderr}`);
      return finished;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  async function startApart(name: string, commandLine: string[]): Promise<void> {
    const { prefix = machine } = (await switchOn()) ?? {};
    const env = surroundingsIn(surroundings(prefix, "SYSTEM"));
    const script = join(modelDirectory, "start-apart.sh");
    await once(launch("bash", [script, name, ...commandLine], { env, stdio: "ignore" }), "exit");
  }

  async function end(): Promise<void> {
    const occupied = await switchedOn?.catch(() => undefined);
    switchedOn = undefined;
    on.delete(machine);
    // What has not got as far as Wine yet would start it again.
    for (const { pid } of started) if (pid) process.kill(-pid, "SIGKILL");
    await (occupied ? occupied.leave() : endWine(surroundingsIn(surroundings(machine))));
  }

  return { run, startApart, end };
}

/** Runs a program to its end. Its output goes to files of the directory: what it leaves running would hold pipes open. */
async function toItsEnd(
  launch: Launch,
  directory: string,
  program: string,
  parameters: string[],
  env: NodeJS.ProcessEnv,
): Promise<Finished> {
  const files = ["stdout", "stderr"].map((name) => join(directory, name));
  const handles = files.map((file) => openSync(file, "w"));
  try {
    const [code] = await once(launch(program, parameters, { env, stdio: ["ignore", ...handles] }), "exit");
    const [stdout = "", stderr = ""] = files.map((file) => readFileSync(file, "utf8"));
    return { exitCode: code ?? -1, stdout, stderr };
  } finally {
    for (const handle of handles) closeSync(handle);
  }
}
