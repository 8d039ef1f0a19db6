import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { announce, type Site } from "./cache.ts";
import { createPython, findPython } from "./python.ts";

/** The Python in which moto is installed, and a directory with the `aws` command and nothing else. */
export type Moto = { python: string; aws: string };

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));

export function findMoto(site: Site): Moto | undefined {
  const directory = findPython(site, requirements);
  if (!directory) return undefined;
  return { python: join(directory, "bin", "python"), aws: join(directory, "aws-command") };
}

export async function installMoto(site: Site): Promise<Moto> {
  const what = "Installing the AWS emulator (moto) and the AWS command line interface";
  await announce(site.log, what, "about 20 seconds", () =>
    createPython(site, { name: "moto", requirements, finish: writeAwsCommand }),
  );
  const moto = findMoto(site);
  if (!moto) throw new Error("installing moto: it is missing afterwards");
  return moto;
}

/** The command has its own directory: on a PATH, `bin` would also replace the user's Python. */
async function writeAwsCommand(directory: string): Promise<void> {
  const command = join(directory, "aws-command", "aws");
  await mkdir(join(directory, "aws-command"));
  await writeFile(command, `#!/bin/sh\nexec '${join(directory, "bin", "python")}' -m awscli "$@"\n`);
  await chmod(command, 0o755);
}
