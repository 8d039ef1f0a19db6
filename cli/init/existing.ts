import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";

/** What is there before init writes. */
export interface Existing {
  /** The file; undefined if there is none. */
  now: string | undefined;
  /** What the newest commit has of it; undefined without one. */
  committed: string | undefined;
}

export function readExisting(file: string): Existing {
  const folder = dirname(file);
  const { status, stdout } = spawnSync("git", ["-C", folder, "show", `HEAD:./${basename(file)}`], {
    encoding: "utf8",
  });
  return {
    now: existsSync(file) ? readFileSync(file, "utf8") : undefined,
    committed: status === 0 ? stdout : undefined,
  };
}

/**
 * Why the file must not be written over without `--force`: somebody has put work into it. Undefined if nobody has.
 * @param shipped the config.ts of this repository
 */
export function whyKept({ now, committed }: Existing, shipped: string): string | undefined {
  if (now === undefined || now === shipped) return undefined;
  if (committed === undefined) return "it is not the one that this repository ships, and git has no copy of it";
  return now === committed
    ? "it is not the one that this repository ships: somebody has edited and committed it"
    : "it has changes that are not committed";
}
