import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { changedBetween, takeSnapshot } from "../../../../local/playground/changes.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "changes-"));
  for (const folder of ["packer/custom", "buildspec"]) mkdirSync(join(root, folder), { recursive: true });
  for (const file of ["config.ts", "packer/build.pkr.hcl", "buildspec/build.yml"]) write(file, "one");
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  writeFileSync(join(root, file), text);
}

/** The paths that differ after something has happened. */
function changedBy(happens: () => void): string[] {
  const before = takeSnapshot(root, join(root, "config.ts"));
  happens();
  return changedBetween(before, takeSnapshot(root, join(root, "config.ts")));
}

test("a file that is added, changed, renamed or removed is a change", () => {
  expect(changedBy(() => write("packer/custom/20-agent.ps1", "1"))).toEqual(["packer/custom/20-agent.ps1"]);
  expect(changedBy(() => write("packer/custom/20-agent.ps1", "more"))).toEqual(["packer/custom/20-agent.ps1"]);
  expect(
    changedBy(() => renameSync(join(root, "packer/custom/20-agent.ps1"), join(root, "packer/custom/30-agent.ps1"))),
  ).toEqual(["packer/custom/20-agent.ps1", "packer/custom/30-agent.ps1"]);
  expect(changedBy(() => rmSync(join(root, "packer/custom/30-agent.ps1")))).toEqual(["packer/custom/30-agent.ps1"]);
});

test("the configuration and the buildspec are watched, other files are not", () => {
  expect(
    changedBy(() => {
      for (const file of ["config.ts", "buildspec/build.yml", "README.md"]) write(file, "other");
    }),
  ).toEqual(["buildspec/build.yml", "config.ts"]);
});

test("what an editor keeps beside a file is no change", () => {
  expect(
    changedBy(() => {
      for (const file of [".20-agent.ps1.swp", ".#20-agent.ps1", "#20-agent.ps1#", "20-agent.ps1~", "4913"])
        write(`packer/custom/${file}`, "editing");
    }),
  ).toEqual([]);
});

test("a configuration that is gone for a moment is a change and no error", () => {
  expect(changedBy(() => rmSync(join(root, "config.ts")))).toEqual(["config.ts"]);
});
