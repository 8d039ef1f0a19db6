import { createHash, hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { once } from "es-toolkit";
import { installDirectory, type Site } from "../tools/cache.ts";
import type { Machine } from "./machine.ts";
import { copyPrefix } from "./prefix.ts";

const model = fileURLToPath(new URL(".", import.meta.url));

/** What runs beside a machine or after it, and makes none other. */
const makesNoMachine = ["coverage.ts", "running-windows.ts", "model/Coverage.psm1", "model/library/ScriptCoverage.cs"];

/** Machines that nobody has used for so long are removed when another is kept, in milliseconds. */
const unusedFor = 24 * 3_600_000;

/** The part of the tool cache that keeps machines of this origin, with a lock of its own (`withLock`). */
export function shelfFor(site: Site, origin: object): Site {
  const name = hash("sha256", JSON.stringify(origin)).slice(0, 16);
  return { ...site, cache: join(site.cache, "windows-machines", name) };
}

/**
 * The folder of a machine that is kept, switched off, under a key that says everything it comes from. If there is none,
 * it is made and moved there. Its caller holds the shelf's lock.
 */
export async function keptMachine(shelf: Site, key: string, make: () => Promise<Machine>): Promise<string> {
  const target = join(shelf.cache, key);
  if (existsSync(target)) {
    utimesSync(target, new Date(), new Date());
  } else {
    const machine = await make();
    removeUnused(dirname(shelf.cache));
    await machine.switchOff();
    await installDirectory(target, async (directory) => copyPrefix(machine.prefix, join(directory, "prefix")));
    await machine.remove();
  }
  return join(target, "prefix");
}

function removeUnused(shelves: string): void {
  if (!existsSync(shelves)) return;
  for (const path of readdirSync(shelves).flatMap((name) => directoriesIn(join(shelves, name))))
    if (statSync(path).mtimeMs < Date.now() - unusedFor) rmSync(path, { recursive: true, force: true });
}

function directoriesIn(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [join(path, entry.name)] : []));
}

/** Changes whenever the model does. Read once a process: a chain of kept machines asks for it at every link. */
export const hashOfModel = once(() => {
  const sum = createHash("sha256");
  for (const name of filesBelow(model).filter((each) => !makesNoMachine.includes(each)))
    sum.update(name).update(readFileSync(join(model, name)));
  return sum.digest("hex");
});

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(directory, name)).isFile())
    .toSorted();
}
