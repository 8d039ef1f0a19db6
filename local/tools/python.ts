import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import type { Site } from "./cache.ts";
import { findProgram, runCommand } from "./programs.ts";

/** A Python environment: its name in errors, the file that pins its packages, and what else belongs into its directory. */
export type PythonPlan = {
  name: string;
  requirements: string;
  finish?: (directory: string) => Promise<void>;
};

/** The directory of the environment with these packages; undefined unless it is complete. */
export function findPython({ cache }: Site, requirements: string): string | undefined {
  const directory = environmentDirectory(cache, requirements);
  return existsSync(join(directory, "complete")) ? directory : undefined;
}

/**
 * A virtual environment contains its own path, so it cannot be renamed. A last file `complete` marks it instead.
 * @throws Error that says what to install if there is no Python
 */
export async function createPython(site: Site, { name, requirements, finish }: PythonPlan): Promise<void> {
  const directory = environmentDirectory(site.cache, requirements);
  const python = findProgram("python3");
  if (!python)
    throw new Error(`installing ${name}: no python3 on the PATH. Install Python 3.10 or newer with \`venv\``);
  rmSync(directory, { recursive: true, force: true });
  await runCommand("creating a Python environment", python, ["-m", "venv", directory], { signal: site.signal });
  await runCommand(
    `installing ${name}`,
    join(directory, "bin", "python"),
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements],
    { signal: site.signal },
  );
  await finish?.(directory);
  writeFileSync(join(directory, "complete.new"), "");
  await rename(join(directory, "complete.new"), join(directory, "complete"));
}

function environmentDirectory(cache: string, requirements: string): string {
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  return join(cache, `python-${hash}`);
}
