import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import type { Build, BuildStatus } from "../../../local/codebuild/build.ts";
import { openRunLogs } from "../../../local/rehearsal/run-logs.ts";
import type { Stack } from "../../../local/stack/stack.ts";

function scene(parent = mkdtempSync(join(tmpdir(), "run-"))) {
  const logs = openRunLogs(parent);
  const logFile = ({ buildNumber }: Build) => join(logs.dir, `build-${buildNumber}.log`);
  const builds: Build[] = [];
  return {
    logs,
    stack: { codebuild: { builds: () => builds, logFile } } as unknown as Pick<Stack, "codebuild">,
    build(buildStatus: BuildStatus, log: string) {
      const build = { buildNumber: builds.length + 1, buildStatus } as Build;
      builds.push(build);
      writeFileSync(logFile(build), log);
    },
  };
}

test("the logs of a rehearsal have a place, and the log of its failed build ends the report", () => {
  const { logs, stack, build } = scene();
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);
  build("FAILED", `${lines.join("\n")}\n`);
  build("SUCCEEDED", "all is well\n");

  const [title, ...end] = logs.endOfFailedBuild(stack);

  expect(logs.place()).toContain(basename(logs.dir));
  expect(title).toMatch(/build-1\.log:$/);
  expect(end).toEqual(lines.slice(10).map((line) => `  ${line}`));
});

test("a rehearsal without a failed build reports no log, and one without any log has no place", () => {
  const { logs, stack, build } = scene();

  const before = logs.place();
  build("SUCCEEDED", "all is well\n");

  expect(before).toBeNull();
  expect(logs.place()).not.toBeNull();
  expect(logs.endOfFailedBuild(stack)).toEqual([]);
});

test("discarded logs are removed", () => {
  const { logs, build } = scene();
  build("SUCCEEDED", "all is well\n");

  logs.discard();

  expect(existsSync(logs.dir)).toBe(false);
});

test("the logs of the ten newest rehearsals are kept", () => {
  const parent = mkdtempSync(join(tmpdir(), "run-"));
  const older = Array.from({ length: 12 }, (_, index) => `2026-01-${index + 10}T000000-999999999`);
  for (const name of older) mkdirSync(join(parent, name));

  const { logs } = scene(parent);

  expect(readdirSync(parent).toSorted()).toEqual([...older.slice(-9), basename(logs.dir)]);
});

test("the logs of a stack that still runs are kept however old they are, and other files are left alone", () => {
  const parent = mkdtempSync(join(tmpdir(), "run-"));
  const others = [`2026-01-01T000000-${process.pid}`, "local.json"];
  const older = Array.from({ length: 12 }, (_, index) => `2026-01-${index + 10}T000000-999999999`);
  for (const name of [...older, ...others]) mkdirSync(join(parent, name));

  scene(parent);

  expect(readdirSync(parent)).toEqual(expect.arrayContaining(others));
});
