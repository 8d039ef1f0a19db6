import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Build, BuildStatus } from "../../../local/codebuild/build.ts";
import { openRecords } from "../../../local/rehearsal/records.ts";
import type { Stack } from "../../../local/stack/stack.ts";

function scene() {
  const records = openRecords(mkdtempSync(join(tmpdir(), "run-")));
  const logFile = ({ buildNumber }: Build) => join(records.dir, `build-${buildNumber}.log`);
  const builds: Build[] = [];
  return {
    records,
    stack: { codebuild: { builds: () => builds, logFile } } as unknown as Pick<Stack, "codebuild">,
    build(buildStatus: BuildStatus, log: string) {
      const build = { buildNumber: builds.length + 1, buildStatus } as Build;
      builds.push(build);
      writeFileSync(logFile(build), log);
    },
  };
}

test("a rehearsal that went wrong tells where its logs are and how that of the failed build ends", () => {
  const { records, stack, build } = scene();
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);
  build("FAILED", `${lines.join("\n")}\n`);
  build("SUCCEEDED", "all is well\n");

  const [where, title, ...end] = records.evidence(stack);

  expect(where).toContain(records.dir.split("/").at(-1));
  expect(title).toMatch(/build-1\.log:$/);
  expect(end).toEqual(lines.slice(10).map((line) => `  ${line}`));
});

test("without a failed build it tells where the logs are, and without any log nothing", () => {
  const { records, stack, build } = scene();

  const before = records.evidence(undefined);
  build("SUCCEEDED", "all is well\n");
  const after = records.evidence(stack);

  expect(before).toEqual([]);
  expect(after).toHaveLength(1);
});

test("the logs of a rehearsal that went well are not kept", () => {
  const { records, build } = scene();
  build("SUCCEEDED", "all is well\n");

  records.discard();

  expect(existsSync(records.dir)).toBe(false);
});
