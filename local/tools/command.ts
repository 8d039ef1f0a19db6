import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

export type CommandOptions = { env?: NodeJS.ProcessEnv; cwd?: string; signal?: AbortSignal; timeout?: number };

/**
 * Runs a program to its end without a shell.
 * @param doing What is being done, as a gerund, for the error.
 * @throws Error with the end of what the program wrote.
 */
export async function runCommand(
  doing: string,
  program: string,
  parameters: string[],
  options: CommandOptions = {},
): Promise<{ stdout: string; stderr: string }> {
  try {
    return await execute(program, parameters, { ...options, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  } catch (cause) {
    if (options.signal?.aborted) throw new Error(`${doing}: interrupted`, { cause });
    const { stdout = "", stderr = "" } = cause as { stdout?: string; stderr?: string };
    const output = `${stdout}\n${stderr}`.trim().split("\n").slice(-20).join("\n");
    throw new Error(`${doing}: ${output || (cause as Error).message}`, { cause });
  }
}

/** Where a program stands on the PATH. */
export function findProgram(name: string): string | undefined {
  return findPrograms(name)[0];
}

/** Everywhere that a program of this name stands on the PATH, in its order. */
export function findPrograms(name: string): string[] {
  const directories = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return [...new Set(directories)].map((directory) => join(directory, name)).filter(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
