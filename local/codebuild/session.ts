import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { endGroup, signalGroup } from "./processes.ts";

const sessionScript = fileURLToPath(new URL("session.sh", import.meta.url));

const lastLinesMilliseconds = 200;

export type Session = {
  /** Runs a command as the next line of the one shell. Resolves with its exit status, or nothing once the shell has ended. */
  run(command: string): Promise<number | undefined>;
  /** The variables that the shell would hand to a program now. */
  environment(): Promise<Record<string, string>>;
  /** Ends the shell and all it has started. */
  end(graceMilliseconds: number): Promise<void>;
  /** The same at once and without waiting, for a process that exits. */
  kill(): void;
};

/**
 * Opens a shell in a process group of its own, which does not outlive this process, whatever becomes of it.
 * @param place `source` is the working directory, `work` one that the session may use
 * @param variables all of the shell's environment: nothing is inherited
 * @param say gets the output, line by line
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
  // Writing to a shell that has just ended is no error of its own: `ended` tells.
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
  const read = once(reader, "close");
  reader.on("line", (line) => {
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
      `node -e 'process.stdout.write(JSON.stringify(process.env))' >'${file.replaceAll("'", "'\\''")}'`,
    );
    return status === 0 ? JSON.parse(await readFile(file, "utf8")) : {};
  }

  async function end(graceMilliseconds: number): Promise<void> {
    if (shell.pid === undefined) return;
    await endGroup(shell.pid, graceMilliseconds);
    over = true;
    watchdog.end("done\n", () => watchdog.destroy());
    // Who has left the group may still hold the other end of the pipe.
    await Promise.race([read, sleep(lastLinesMilliseconds)]);
    reader.close();
    output.destroy();
  }

  function kill(): void {
    if (shell.pid !== undefined && !over) signalGroup(shell.pid, "SIGKILL");
  }

  return { run, environment, end, kill };
}
