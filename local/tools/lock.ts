import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { Site } from "./cache.ts";

/** SQLITE_BUSY: another connection holds the lock. */
const busy = 5;

/**
 * Runs `work` in one process at a time.
 *
 * The lock is SQLite's on an empty database file. The operating system releases it when the holding process ends, so a
 * crash leaves no lock behind, and a process that is alive but stalled keeps its lock: no time-out is involved.
 * @throws the signal's reason when it ends the waiting
 */
export async function withLock<T>(site: Site, work: () => Promise<T>): Promise<T> {
  const { cache } = site;
  mkdirSync(cache, { recursive: true });
  const release = await takeLock(site);
  try {
    await writeFile(holderFile(cache), String(process.pid));
    removeUnfinished(cache);
    return await work();
  } finally {
    await rm(holderFile(cache), { force: true });
    release();
  }
}

async function takeLock({ cache, log, signal }: Site): Promise<() => void> {
  let hasLogged = false;
  while (true) {
    signal?.throwIfAborted();
    const release = tryLock(join(cache, "lock.sqlite"));
    if (release) return release;
    if (!hasLogged) log(await describeHolder(cache));
    hasLogged = true;
    // An interruption ends the sleep; throwIfAborted above then throws its reason.
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
}

/** @returns a function that releases the lock; undefined while another process holds it */
export function tryLock(file: string): (() => void) | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
    return () => database.close();
  } catch (cause) {
    database.close();
    if ((cause as { errcode?: number }).errcode === busy) return undefined;
    throw new Error(`locking ${file}: ${(cause as Error).message}`, { cause });
  }
}

async function describeHolder(cache: string): Promise<string> {
  const holder = await readFile(holderFile(cache), "utf8").catch(() => "");
  const who = `Another process${holder && ` (${holder})`}`;
  return `${who} is installing the tools; waiting for it, up to 5 minutes if it builds Packer …`;
}

/** Only for the log line of a process that waits. */
function holderFile(cache: string): string {
  return join(cache, "lock.holder");
}

/** Removes what a killed installation left behind: gigabytes if it was building Packer. */
function removeUnfinished(cache: string): void {
  for (const name of readdirSync(cache))
    if (name.startsWith(".unfinished-")) rmSync(join(cache, name), { recursive: true, force: true });
}
