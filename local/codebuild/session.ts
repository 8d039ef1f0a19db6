import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { killGroup, signalGroup } from "./process-group.ts";

const sessionScript = fileURLToPath(new URL("session.sh", import.meta.url));

/**
 * The last lines have been read once so many polls in a row brought no line. On a machine that starves this process,
 * the polls come late as well.
 */
const quietPolls = 10;
const pollMilliseconds = 20;

export type Session = {
  /**
   * Runs a command as the next line of the one shell. Resolves with its exit status, or with undefined if the shell has
   * ended.
   */
  run(command: string): Promise<number | undefined>;
  /** The variables that a program started now would get from the shell. */
  environment(): Promise<Record<string, string>>;
  /** Kills the shell and every process that it has started. */
  end(): Promise<void>;
  /** Does the same at once and without waiting, for a process that exits. */
  kill(): void;
};

/**
 * Opens a shell in its own process group, which never outlives this process, even if this process is killed.
 * @param place `source` is the working directory, `work` a directory for the session's own files
 * @param variables the shell's whole environment; it inherits nothing
 * @param say receives the output line by line
 */
export function openSession(
  place: { source: string; work: string },
  variables: Record<string, string>,
  say: (line: string) => void,
): Session {
  const mark = randomUUID();
  const shell = spawn("bash", ["--noprofile", "--norc", sessionScript, mark], {
    cwd: place.source,
    env: variables,
    detached: true,
    stdio: ["ignore", "pipe", "ignore", "pipe", "pipe"],
  });
  const output = shell.stdout as Readable;
  const commands = shell.stdio[3] as Writable;
  const watchdog = shell.stdio[4] as Writable;
  // A write to a shell that has just ended is not an error: `ended` reports that.
  commands.on("error", () => {});
  watchdog.on("error", () => {});
  const ended = new Promise<undefined>((resolve) => {
    shell.on("exit", () => resolve(undefined));
    shell.on("error", (error) => {
      say(`bash cannot be run: ${error.message}`);
      resolve(undefined);
    });
  });
  let answered: (status: number) => void = () => {};
  const reader = createInterface({ input: output });
  let lines = 0;
  reader.on("line", (line) => {
    lines++;
    const at = line.lastIndexOf(mark);
    const text = at < 0 ? line : line.slice(0, at);
    if (at < 0 || text) say(text);
    if (at >= 0) answered(Number(line.slice(at + mark.length)));
  });
  let count = 0;
  let over = false;

  async function run(command: string): Promise<number | undefined> {
    const file = join(place.work, `command-${++count}.sh`);
    await writeFile(file, `${command}\n`);
    const status = new Promise<number>((resolve) => {
      answered = resolve;
    });
    commands.write(`${file}\n`);
    return Promise.race([status, ended]);
  }

  async function environment(): Promise<Record<string, string>> {
    const file = join(place.work, "environment.json");
    const status = await run(
      `'${process.execPath}' -e 'process.stdout.write(JSON.stringify(process.env))' >'${file.replaceAll("'", "'\\''")}'`,
    );
    return status === 0 ? JSON.parse(await readFile(file, "utf8")) : {};
  }

  async function end(): Promise<void> {
    if (shell.pid === undefined) return;
    await killGroup(shell.pid);
    over = true;
    watchdog.end("done\n", () => watchdog.destroy());
    await readLastLines();
    reader.close();
    output.destroy();
  }

  /**
   * Does not wait for the end of the output: a process that has left the group may still hold the other end of the
   * pipe.
   */
  async function readLastLines(): Promise<void> {
    for (let quiet = 0, seen = lines; quiet < quietPolls && !output.readableEnded; quiet++) {
      await sleep(pollMilliseconds);
      if (lines > seen) quiet = -1;
      seen = lines;
    }
  }

  function kill(): void {
    if (shell.pid !== undefined && !over) signalGroup(shell.pid, "SIGKILL");
  }

  return { run, environment, end, kill };
}
