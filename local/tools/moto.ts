import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { announce, type Site } from "./cache.ts";
import { findProgram, runCommand } from "./command.ts";

/** The Python that has moto in it, and a directory that holds the `aws` command and nothing else. */
export type Moto = { python: string; aws: string };

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));

export function findMoto({ cache }: Site): Moto | undefined {
  const directory = environmentDirectory(cache);
  if (!existsSync(join(directory, "complete"))) return undefined;
  return { python: join(directory, "bin", "python"), aws: join(directory, "aws-command") };
}

/** A virtual environment knows its own path and cannot be renamed: the file `complete` comes last instead. */
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
  if (!moto) throw new Error("installing moto: it is not there afterwards");
  return moto;
}

async function createEnvironment(directory: string, signal?: AbortSignal): Promise<void> {
  const python = findProgram("python3");
  if (!python) throw new Error("installing moto: no python3 on the PATH; install Python 3.10 or newer with its venv");
  await runCommand("creating a Python environment", python, ["-m", "venv", directory], { signal });
  await runCommand(
    "installing moto",
    join(directory, "bin", "python"),
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements],
    { signal },
  );
}

/** A directory of its own, so that putting it on a PATH does not put this Python there too. */
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
