import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

export type CommandOptions = { env?: NodeJS.ProcessEnv; cwd?: string; signal?: AbortSignal; timeout?: number };

/**
 * Runs a program to its end, without a shell and with nothing on its standard input.
 * @param doing What the program does, as a gerund; the error starts with it.
 * @throws Error with the last 20 lines of the program's output.
 */
export async function runCommand(
  doing: string,
  program: string,
  parameters: string[],
  options: CommandOptions = {},
): Promise<{ stdout: string; stderr: string }> {
  try {
    const running = execute(program, parameters, { ...options, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    // A program that ends without reading its input closes the pipe first.
    running.child.stdin?.on("error", () => undefined).end();
    return await running;
  } catch (cause) {
    if (options.signal?.aborted) throw new Error(`${doing}: interrupted`, { cause });
    const { stdout = "", stderr = "" } = cause as { stdout?: string; stderr?: string };
    const output = `${stdout}\n${stderr}`.trim().split("\n").slice(-20).join("\n");
    throw new Error(`${doing}: ${output || (cause as Error).message}`, { cause });
  }
}

/** The first program of this name on the PATH. */
export function findProgram(name: string): string | undefined {
  return findPrograms(name)[0];
}

/** Every program of this name on the PATH, in the order of the PATH. */
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
