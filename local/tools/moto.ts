import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { announce, type Site } from "./cache.ts";
import { findProgram, runCommand } from "./programs.ts";

/** The Python in which moto is installed, and a directory with the `aws` command and nothing else. */
export type Moto = { python: string; aws: string };

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));

export function findMoto({ cache }: Site): Moto | undefined {
  const directory = environmentDirectory(cache);
  if (!existsSync(join(directory, "complete"))) return undefined;
  return { python: join(directory, "bin", "python"), aws: join(directory, "aws-command") };
}

/** A virtual environment contains its own path, so it cannot be renamed. A last file `complete` marks it instead. */
export async function installMoto(site: Site): Promise<Moto> {
  const directory = environmentDirectory(site.cache);
  const what = "Installing the AWS emulator (moto) and the AWS command line interface";
  await announce(site.log, what, "about 20 seconds", async () => {
    rmSync(directory, { recursive: true, force: true });
    await createEnvironment(directory, site.signal);
    await writeAwsCommand(directory);
    writeFileSync(join(directory, "complete.new"), "");
    await rename(join(directory, "complete.new"), join(directory, "complete"));
  });
  const moto = findMoto(site);
  if (!moto) throw new Error("installing moto: it is missing afterwards");
  return moto;
}

async function createEnvironment(directory: string, signal?: AbortSignal): Promise<void> {
  const python = findProgram("python3");
  if (!python) throw new Error("installing moto: no python3 on the PATH. Install Python 3.10 or newer with `venv`");
  await runCommand("creating a Python environment", python, ["-m", "venv", directory], { signal });
  await runCommand(
    "installing moto",
    join(directory, "bin", "python"),
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements],
    { signal },
  );
}

/** The command has its own directory: on a PATH, `bin` would also replace the user's Python. */
async function writeAwsCommand(directory: string): Promise<void> {
  const command = join(directory, "aws-command", "aws");
  await mkdir(join(directory, "aws-command"));
  await writeFile(command, `#!/bin/sh\nexec '${join(directory, "bin", "python")}' -m awscli "$@"\n`);
  await chmod(command, 0o755);
}

function environmentDirectory(cache: string): string {
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  return join(cache, `python-${hash}`);
}
