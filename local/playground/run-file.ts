import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { z } from "zod";
import { type LocalStackFile, localStackFile } from "../../cli/service/local-stack.ts";
import { tryLock } from "../tools/lock.ts";

/** The place of the one local stack that a clone of the repository can keep up. */
export interface Place {
  /** Tells the command line how to call the stack: `.run/local.json`, which only this user can read. */
  publish(stack: z.infer<typeof LocalStackFile>): void;
  /** Takes it back and lets another one start. */
  leave(): void;
}

/**
 * Takes the place until it is left or this process ends, however it does.
 * @throws Error if another process has it
 */
export function takePlace(file = localStackFile): Place {
  mkdirSync(dirname(file), { recursive: true });
  const release = tryLock(join(dirname(file), "local.lock"));
  if (!release) throw new Error(`npm run local runs already${detailsOf(file)}; quit or Ctrl-C ends it there`);
  const remove = () => rmSync(file, { force: true });
  remove();
  process.on("exit", remove);
  return {
    publish(stack) {
      writeFileSync(`${file}.new`, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    leave() {
      remove();
      process.off("exit", remove);
      release();
    },
  };
}

/** What the other one has published; nothing while it is starting. */
function detailsOf(file: string): string {
  try {
    const { pid, page } = JSON.parse(readFileSync(file, "utf8"));
    return ` (process ${pid}, ${page})`;
  } catch {
    return "";
  }
}
