import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { retry } from "es-toolkit";
import type { Site } from "../tools/cache.ts";
import { withLock } from "../tools/lock.ts";
import { createBase } from "./bases.ts";
import { type BuildOrder, buildRun } from "./builds.ts";
import { type Machine, openMachine } from "./machine.ts";
import { orderOfBuild, type PackerOrder } from "./packer-order.ts";
import { hostPath } from "./paths.ts";
import { copyPrefix } from "./prefix.ts";
import { launch, type Run, runOrder, scriptPath, succeeded, uploadAll } from "./run-order.ts";
import { hashOfModel, keptMachine, shelfFor } from "./shelf.ts";
import type { Workbench } from "./workbench.ts";

/**
 * A running machine as a build has it before one of its scripts, with the scripts as they are now. Machines before a
 * script are kept in the tool cache as long as the model and the scripts before it are the same: to try a script takes
 * seconds then. What the module does before is not looked at; whole builds are for that.
 * @throws Error with the output of a script before it that fails
 */
export async function runBefore(bench: Workbench, order: BuildOrder, script: string, packerDir: string): Promise<Run> {
  const all = openShelf(bench, order, packerDir);
  const index = all.recorded.actions.findIndex((action) => "script" in action && action.script === script);
  if (index < 0) throw new Error(`Packer runs no script ${script} in a build of ${order.recipe}`);
  return resumed(all, await fromShelf(all, (shelf) => machineBefore(shelf, index)));
}

/**
 * A machine as a build leaves it, switched off: its last script has scheduled what generalizes it. Nothing of the build,
 * such as containerd, runs any more.
 */
export async function machineAfter(bench: Workbench, order: BuildOrder, packerDir: string): Promise<Machine> {
  const all = openShelf(bench, order, packerDir);
  const kept = await fromShelf(all, (shelf) => machineBefore(shelf, all.recorded.actions.length));
  return (await copied(all, kept)).machine;
}

/**
 * The image that a build ends in. It is kept as the machines before a script are; `proveImage` starts copies of it.
 * @throws Error with what the serial console says if the machine does not generalize itself
 */
export async function imageOf(bench: Workbench, order: BuildOrder, packerDir: string): Promise<Machine> {
  const all = openShelf(bench, order, packerDir);
  return openMachine(bench, await fromShelf(all, keptImage));
}

type Shelf = { bench: Workbench; order: BuildOrder; recorded: PackerOrder; packerDir: string; shelf: Site };

function openShelf(bench: Workbench, order: BuildOrder, packerDir: string): Shelf {
  const recorded = orderOfBuild(order.recipe, order.base.edition);
  // A setting that every build has makes no other machine.
  const own = Object.entries(order.settings ?? {}).filter(([name, value]) => recorded.settings[name] !== value);
  const wanted = { ...order, settings: Object.fromEntries(own) };
  return { bench, order: wanted, recorded, packerDir, shelf: shelfFor(bench.site, wanted) };
}

/**
 * Takes a machine of this order from the shelf, in one process at a time. What runs before it is kept is no test: it
 * would count in the coverage only as long as nobody has kept the machine.
 */
function fromShelf(all: Shelf, take: (shelf: Shelf) => Promise<string>): Promise<string> {
  const uncounted = { ...all, bench: { ...all.bench, coverage: undefined } };
  return withLock(all.shelf, () => retry(() => take(uncounted), { retries: 2, shouldRetry: hasCrashed }));
}

/** Whether Wine crashed, which says nothing of the scripts. */
const hasCrashed = (cause: unknown) => cause instanceof Error && cause.message.startsWith("Wine crashed");

/** The folder of the machine before the action at this index. */
function machineBefore(all: Shelf, index: number): Promise<string> {
  const { recorded, shelf } = all;
  return keptMachine(shelf, keyOf(all, index), async () => {
    const previous = recorded.actions.slice(0, index).findLastIndex((action) => "script" in action);
    const run = previous < 0 ? await firstRun(all) : await resumed(all, await machineBefore(all, previous));
    const actions = recorded.actions.slice(Math.max(previous, 0), index);
    const steps = await runOrder({ ...run, order: { ...recorded, actions } });
    const failed = steps.find((step) => !succeeded(step));
    if (failed) throw new Error(`${failed.script} before it failed:\n${failed.stdout}\n${failed.stderr}`);
    return run.machine;
  });
}

function keptImage(all: Shelf): Promise<string> {
  const { recorded, shelf, packerDir } = all;
  const last = recorded.actions.length;
  return keptMachine(shelf, keyOf(all, last, [scriptPath(packerDir, "generalize")]), async () => {
    const { machine } = await copied(all, await machineBefore(all, last));
    await machine.runDueTasks();
    const { power, console } = machine.state();
    if (power !== "off") throw new Error(`a machine of ${all.order.recipe} does not generalize itself: ${console}`);
    return machine;
  });
}

async function firstRun({ bench, order, packerDir }: Shelf): Promise<Run> {
  const machine = await createBase(order.base, bench.newPath("first"), bench);
  const run = await buildRun(bench, order, { packerDir, machine });
  await launch(run);
  return run;
}

async function resumed(all: Shelf, kept: string): Promise<Run> {
  const run = await copied(all, kept);
  await run.machine.resume();
  return run;
}

async function copied({ bench, order, packerDir }: Shelf, kept: string): Promise<Run> {
  const prefix = bench.newPath("resumed");
  copyPrefix(kept, prefix);
  const machine = openMachine(bench, prefix);
  const run = await buildRun(bench, order, { packerDir, machine });
  uploadAll(run);
  const mirrors = hostPath(prefix, "C:\\Program Files\\containerd\\certs.d");
  for (const registry of existsSync(mirrors) ? readdirSync(mirrors) : []) {
    // The registry has another port in each process.
    const file = `C:\\Program Files\\containerd\\certs.d\\${registry}\\hosts.toml`;
    machine.write(
      file,
      machine
        .read(file)
        .toString()
        .replaceAll(/127\.0\.0\.1:\d+/g, bench.registry.host),
    );
  }
  return run;
}

function keyOf({ order, recorded, packerDir }: Shelf, index: number, more: string[] = []): string {
  const sum = createHash("sha256").update(JSON.stringify([order, recorded.actions.slice(0, index)]));
  for (const action of recorded.actions.slice(0, index))
    if ("script" in action) sum.update(readFileSync(scriptPath(packerDir, action.script)));
  for (const path of more) sum.update(readFileSync(path));
  sum.update(hashOfModel());
  return `${order.recipe}-${index}-${sum.digest("hex").slice(0, 16)}`;
}
