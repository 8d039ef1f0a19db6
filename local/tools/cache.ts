import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
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

/** One installing process at a time; a lock whose process died goes stale after 15 seconds. */
export async function withLock<T>({ cache, log }: Site, work: () => Promise<T>): Promise<T> {
  mkdirSync(cache, { recursive: true });
  const place = { lockfilePath: join(cache, "lock"), stale: 15_000, update: 3_000 };
  const release = await lock(cache, place).catch((cause) => {
    if (cause.code !== "ELOCKED") throw new Error(`locking ${cache}`, { cause });
    log("Another process is installing the tools; waiting for it …");
    return lock(cache, { ...place, retries: { forever: true, factor: 1, minTimeout: 500, maxTimeout: 500 } });
  });
  try {
    removeUnfinished(cache);
    return await work();
  } finally {
    await release();
  }
}

/** What a killed installation left behind; for Packer's build that is gigabytes. */
function removeUnfinished(cache: string): void {
  for (const name of readdirSync(cache))
    if (name.startsWith(".unfinished-")) rmSync(join(cache, name), { recursive: true, force: true });
}
