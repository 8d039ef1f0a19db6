import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { PhaseContext } from "./build.ts";
import type { Buildspec } from "./buildspec.ts";

const execute = promisify(execFile);

/** The Node.js of this process, and the one that npm has installed. */
const available = [process.execPath, fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url))];

/** What CodeBuild's image runs without `runtime-versions`. This machine does not have it. */
const withoutVersion = `#!/bin/sh
echo "CodeBuild's image runs Node.js 18 here: the buildspec names no other in runtime-versions" >&2
exit 127
`;

/**
 * Puts the Node.js that the buildspec names into a directory for the PATH. CodeBuild does this in DOWNLOAD_SOURCE,
 * before the phase `install` (log of aws-codebuild-docker-images, issue 319), by the commands of the image's
 * `runtimes.yml`.
 * @returns the context of the failed phase if this machine has no such Node.js
 */
export async function installRuntimes(
  { phases }: Buildspec,
  directory: string,
  say: (line: string) => void,
): Promise<PhaseContext | undefined> {
  const node = join(directory, "node");
  await mkdir(directory, { recursive: true });
  const version = phases.install?.["runtime-versions"]?.nodejs;
  if (version === undefined) {
    await writeFile(node, withoutVersion, { mode: 0o755 });
    return undefined;
  }
  say(`[Container] Selecting 'nodejs' runtime version '${version}' based on manual selections...`);
  for (const program of available)
    if ((await majorOf(program)) === version) {
      await symlink(program, node);
      return undefined;
    }
  // The last entry of runtimes.yml downloads every version that the image does not have from nodejs.org.
  const command = `n --no-preserve ${version} && rm -rf /tmp/*`;
  const message = `Error while executing command: ${command}. Reason: exit status 1`;
  say(`[Container] ${message} (this machine has no Node.js ${version})`);
  return { statusCode: "COMMAND_EXECUTION_ERROR", message };
}

/** Nothing if there is no such program: npm may have left the package out. */
async function majorOf(program: string): Promise<string | undefined> {
  const { stdout } = await execute(program, ["--version"]).catch(() => ({ stdout: "" }));
  return /^v(\d+)\./.exec(stdout)?.[1];
}
