import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { recipeFolders } from "../../infra/recipe.ts";

/** When each file that a deployment reads was changed, and its size, by its path below the repository. */
export type Snapshot = ReadonlyMap<string, string>;

/** What an editor keeps beside the file that somebody edits. */
const editorsOwn = /(^|\/)(\.[^/]*\.sw[a-z]|\.#[^/]*|#[^/]*#|4913|[^/]*~)$/;

/** @param configFile the user's configuration, as an absolute path */
export function takeSnapshot(root: string, configFile: string): Snapshot {
  const files = recipeFolders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(
    [configFile, ...files].flatMap((file): [string, string][] => {
      const path = relative(root, file);
      return editorsOwn.test(path) || !existsSync(file) ? [] : [[path, stateOf(file)]];
    }),
  );
}

/** The paths that were added, changed or removed between two snapshots, in order. */
export function changedBetween(one: Snapshot, other: Snapshot): string[] {
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths].filter((path) => one.get(path) !== other.get(path)).toSorted();
}

/** A file that goes at this very moment has no state. */
function stateOf(file: string): string {
  const { mtimeMs, size } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return `${mtimeMs} ${size}`;
}

/**
 * Looks every second whether files have changed, and tells once they no longer do.
 * @param deployed the files as they were before the first deployment
 * @returns a function that ends it
 */
export function watchFiles(deployed: Snapshot, take: () => Snapshot, changed: (paths: string[]) => void): () => void {
  let told = deployed;
  let last = deployed;
  const timer = setInterval(() => {
    const now = safely(take) ?? last;
    const isQuiet = changedBetween(last, now).length === 0;
    last = now;
    const paths = changedBetween(told, now);
    if (!isQuiet || paths.length === 0) return;
    told = now;
    changed(paths);
  }, 1000);
  return () => clearInterval(timer);
}

/** A folder may go while it is read; a second later it is as it is. */
function safely(take: () => Snapshot): Snapshot | undefined {
  try {
    return take();
  } catch {
    return undefined;
  }
}
