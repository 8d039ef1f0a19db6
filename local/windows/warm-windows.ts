import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hive, type Session, startSession } from "./session.ts";
import { endAfterThisProcess, endProcesses, endWine, processesOn } from "./wine-processes.ts";
import { changeOf, parseRegistry, type RegistryChange } from "./wine-registry.ts";

/** A Windows that is on, with a machine in it: the machine's disk is its drive C:, the machine's registry its own. */
export type OccupiedWindows = {
  /** The folder by which programs know it. */
  prefix: string;
  session: Session;
  /** Ends what the machine has started, as a loss of power does, and writes its registry beside its disk. */
  leave: () => Promise<void>;
};

type WarmWindows = {
  prefix: string;
  session: Session;
  /** The processes that belong to it and to no machine. */
  processes: number[];
  environment: NodeJS.ProcessEnv;
};

/** The environment of a PowerShell of the Windows in a folder. */
type EnvironmentOf = (prefix: string) => NodeJS.ProcessEnv;

/** The files of the registry, which Wine keeps beside the disk. */
const registryFiles: Record<Hive, string> = { machine: "system.reg", user: "user.reg" };

const free: WarmWindows[] = [];

/**
 * Switches a machine on by putting it into a Windows that stays on for one machine after another, until this process
 * ends. A PowerShell compiles itself whenever it starts, and a script when it first runs it, which takes longer than to
 * run it.
 * @param machine the folder of a machine that is switched off
 */
export async function enterWarmWindows(
  machine: string,
  powershell: string,
  environmentOf: EnvironmentOf,
): Promise<OccupiedWindows> {
  const kept = free.pop();
  const warm = kept ? await refurnished(kept, machine) : await start(machine, powershell, environmentOf);
  return { prefix: warm.prefix, session: warm.session, leave: () => leave(warm, machine) };
}

async function start(machine: string, powershell: string, environmentOf: EnvironmentOf): Promise<WarmWindows> {
  const prefix = mkdtempSync(join(tmpdir(), "windows-warm-"));
  const environment = environmentOf(prefix);
  endAfterThisProcess(prefix, environment);
  for (const entry of readdirSync(machine, { withFileTypes: true }))
    if (entry.isFile()) copyFileSync(join(machine, entry.name), join(prefix, entry.name));
  mkdirSync(join(prefix, "dosdevices"));
  for (const drive of readdirSync(join(machine, "dosdevices")))
    symlinkSync(readlinkSync(join(machine, "dosdevices", drive)), join(prefix, "dosdevices", drive));
  insertDisk(prefix, machine);
  const session = await startSession(powershell, environment, prefix);
  return { prefix, session, processes: processesOn(prefix), environment };
}

/** The Windows with another machine in it. */
async function refurnished(warm: WarmWindows, machine: string): Promise<WarmWindows> {
  const { prefix, session, environment } = warm;
  insertDisk(prefix, machine);
  const now = { machine: join(prefix, "now-system.reg"), user: join(prefix, "now-user.reg") };
  try {
    await session.saveRegistry(now);
    await session.restoreRegistry({ machine: changeTo("machine"), user: changeTo("user") });
    return warm;
  } catch (cause) {
    await endWine(environment);
    throw cause;
  }

  function changeTo(hive: Hive): RegistryChange {
    const change = changeOf(registryIn(now[hive]), registryIn(join(machine, registryFiles[hive])));
    if (change.added === "") return change;
    const added = join(prefix, `added-${registryFiles[hive]}`);
    writeFileSync(added, change.added);
    return { ...change, added };
  }
}

async function leave(warm: WarmWindows, machine: string): Promise<void> {
  const { prefix, session, processes, environment } = warm;
  const saved = { machine: join(prefix, "saved-system.reg"), user: join(prefix, "saved-user.reg") };
  try {
    if (!session.isIdle()) throw new Error("a script is running");
    await endProcesses(prefix, processes);
    await session.saveRegistry(saved, true);
  } catch {
    // Its PowerShell has crashed, or goes on with a script of a machine that is off.
    await endWine(environment);
    for (const file of Object.values(registryFiles)) copyFileSync(join(prefix, file), join(machine, file));
    return;
  }
  for (const hive of ["machine", "user"] as const) copyFileSync(saved[hive], join(machine, registryFiles[hive]));
  free.push(warm);
}

/** Makes the disk of a machine the drive C: of a Windows. */
function insertDisk(prefix: string, machine: string): void {
  const link = join(prefix, "drive_c");
  symlinkSync(join(machine, "drive_c"), `${link}.new`);
  renameSync(`${link}.new`, link);
}

const registryIn = (path: string) => parseRegistry(readFileSync(path, "utf8"));
