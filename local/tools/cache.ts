import { existsSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";

export type Log = (line: string) => void;

/** What an installation works with. The project owns everything below `cache`; it may be deleted at any time. */
export type Site = { cache: string; log: Log; signal?: AbortSignal };

export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const setting = environment.EKS_WINDOWS_IMAGES_TOOLS;
  if (setting) return resolve(setting);
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "eks-windows-images");
}

/** Logs what starts and what it usually takes, does it, and logs how long it took. */
export async function announce<T>(log: Log, what: string, usually: string, work: () => Promise<T>): Promise<T> {
  log(`${what} (once, ${usually}) …`);
  const start = performance.now();
  const result = await work();
  log(`  done in ${Math.round((performance.now() - start) / 1000)} s`);
  return result;
}

/** Fills a directory beside `target` and renames it, so that an interrupted installation never passes for complete. */
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
 * Writes an executable that appears whole. A file that is there already stays: another process may be making links to
 * it, and to link to a file that is replaced meanwhile fails.
 */
export function installFile(target: string, content: Buffer): void {
  const unfinished = `${target}.${process.pid}`;
  writeFileSync(unfinished, content, { mode: 0o755 });
  try {
    linkSync(unfinished, target);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
  } finally {
    rmSync(unfinished);
  }
}
