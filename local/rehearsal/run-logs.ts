import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { Stack } from "../stack/stack.ts";
import { isAlive } from "../tools/is-alive.ts";

const keptRuns = 10;
/** Its time and the ID of its process. */
const runName = /^\d{4}-\d\d-\d\dT\d+-(\d+)$/;
const lastLines = 20;

/** The logs of one rehearsal: of the emulator, the functions and every build. */
export interface RunLogs {
  dir: string;
  /** The same directory as a user would type it, or null while it is empty. */
  place(): string | null;
  /** The end of the log of the latest build that did not succeed, as lines for the terminal. */
  endOfFailedBuild(stack: Pick<Stack, "codebuild"> | undefined): string[];
  discard(): void;
}

/** @param parent gets a directory named after the time; older runs are removed, except for the newest few */
export function openRunLogs(parent: string): RunLogs {
  const time = new Date().toISOString().replace(/\..*$/, "").replaceAll(":", "");
  const dir = join(parent, `${time}-${process.pid}`);
  mkdirSync(dir, { recursive: true });
  const runs = readdirSync(parent).filter((name) => runName.test(name));
  for (const old of runs.toSorted().slice(0, -keptRuns)) if (!isInUse(old)) remove(join(parent, old));
  return {
    dir,
    place: () => (readdirSync(dir).length > 0 ? relative(process.cwd(), dir) || dir : null),
    endOfFailedBuild(stack) {
      const build = stack?.codebuild.builds().findLast(({ buildStatus }) => buildStatus !== "SUCCEEDED");
      const file = stack && build && stack.codebuild.logFile(build);
      if (!file || !existsSync(file)) return [];
      const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-lastLines);
      return [`The end of ${relative(process.cwd(), file)}:`, ...lines.map((line) => `  ${line}`)];
    },
    discard: () => remove(dir),
  };
}

/** A local stack that stays up may be older than all others. */
function isInUse(name: string): boolean {
  return isAlive(Number(runName.exec(name)?.[1]));
}

function remove(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}
