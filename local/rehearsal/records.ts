import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { Stack } from "../stack/stack.ts";

const lastLines = 20;

/** The logs of one rehearsal, which stay where it went wrong. */
export interface Records {
  dir: string;
  /** Where the logs are and the end of the log of the build that went wrong last, as lines to read; none where there are no logs. */
  evidence(stack: Pick<Stack, "codebuild"> | undefined): string[];
  discard(): void;
}

/** @param parent gets a directory for this rehearsal, named after the time */
export function openRecords(parent: string): Records {
  const time = new Date().toISOString().replace(/\..*$/, "").replaceAll(":", "");
  const dir = join(parent, `${time}-${process.pid}`);
  mkdirSync(dir, { recursive: true });
  return {
    dir,
    evidence(stack) {
      if (readdirSync(dir).length === 0) return [];
      const where = `The logs are in ${relative(process.cwd(), dir) || dir}`;
      const build = stack?.codebuild.builds().findLast(({ buildStatus }) => buildStatus !== "SUCCEEDED");
      const file = stack && build && stack.codebuild.logFile(build);
      if (!file || !existsSync(file)) return [where];
      const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-lastLines);
      return [where, `The end of ${relative(process.cwd(), file)}:`, ...lines.map((line) => `  ${line}`)];
    },
    discard: () => rmSync(dir, { recursive: true, force: true }),
  };
}
