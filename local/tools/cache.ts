import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";

export type Log = (line: string) => void;

/** What an installation may use; everything below `cache` is ours and may be deleted at any time. */
export type Site = { cache: string; log: Log; signal?: AbortSignal };

export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment.EKS_WINDOWS_IMAGES_TOOLS;
  if (own) return resolve(own);
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "eks-windows-images");
}

/** Says what is being done and how long it usually takes, does it, says how long it took. */
export async function announce<T>(log: Log, what: string, usually: string, work: () => Promise<T>): Promise<T> {
  log(`${what} (once, ${usually}) …`);
  const start = performance.now();
  const result = await work();
  log(`  done in ${Math.round((performance.now() - start) / 1000)} s`);
  return result;
}

/** Fills a directory beside `target` and renames it, so that what was broken off never passes for installed. */
export async function installDirectory(target: string, fill: (directory: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  const parent = resolve(target, "..");
  mkdirSync(parent, { recursive: true });
  const unfinished = mkdtempSync(join(parent, `.unfinished-${basename(target)}-`));
  try {
    await fill(unfinished);
    renameSync(unfinished, target);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * One installing process at a time; a lock whose process died goes stale after 15 seconds.
 * @throws the signal's reason when it ends the waiting
 */
export async function withLock<T>(site: Site, work: () => Promise<T>): Promise<T> {
  const { cache } = site;
  mkdirSync(cache, { recursive: true });
  const release = await takeLock(site);
  const holder = join(cache, "lock.holder");
  try {
    await writeFile(holder, String(process.pid));
    removeUnfinished(cache);
    return await work();
  } finally {
    await rm(holder, { force: true });
    await release();
  }
}

/** proper-lockfile's own retries cannot be interrupted. */
async function takeLock({ cache, log, signal }: Site): Promise<() => Promise<void>> {
  let told = false;
  while (true) {
    signal?.throwIfAborted();
    try {
      return await lock(cache, { lockfilePath: join(cache, "lock"), stale: 15_000, update: 3_000 });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ELOCKED") throw new Error(`locking ${cache}`, { cause });
    }
    if (!told) log(await waitingFor(cache));
    told = true;
    // Interrupted, it leaves the reason to be thrown above.
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
}

async function waitingFor(cache: string): Promise<string> {
  const holder = await readFile(join(cache, "lock.holder"), "utf8").catch(() => "");
  return `Another process${holder && ` (${holder})`} is installing the tools; waiting for it, up to 5 minutes if it builds Packer …`;
}

/** What a killed installation left behind; for Packer's build that is gigabytes. */
function removeUnfinished(cache: string): void {
  for (const name of readdirSync(cache))
    if (name.startsWith(".unfinished-")) rmSync(join(cache, name), { recursive: true, force: true });
}
