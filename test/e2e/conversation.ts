import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** What a process prints, line by line. */
export interface Conversation {
  lines: readonly string[];
  /** Resolves with the first line that matches, once there is one. Rejects if the process ends without it. */
  printed(pattern: Pick<RegExp, "test">): Promise<string>;
  ended: Promise<{ status: number | null; lines: string[] }>;
}

/** @param child with pipes for standard output and standard error */
export function converse(child: ChildProcess): Conversation {
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr] as Readable[])
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      for (const listener of listeners) listener();
    });
  const ended = new Promise<{ status: number | null; lines: string[] }>((resolve) =>
    child.once("close", (status) => resolve({ status, lines })),
  );
  const printed = (pattern: Pick<RegExp, "test">) =>
    new Promise<string>((resolve, reject) => {
      const check = () => {
        const line = lines.find((one) => pattern.test(one));
        if (line !== undefined) resolve(line);
      };
      listeners.add(check);
      check();
      void ended.then(() => reject(new Error(`the output has no ${pattern}:\n${lines.join("\n")}`)));
    });
  return { lines, printed, ended };
}
