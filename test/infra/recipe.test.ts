import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { harvestRecipeHash, recipeFiles, recipeHash } from "../../infra/recipe.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "recipe-"));
  mkdirSync(join(root, "packer/scripts"), { recursive: true });
  mkdirSync(join(root, "buildspec"));
  // Their order differs by bytes, by locale and by folder.
  for (const file of [
    "packer/b.hcl",
    "packer/B.hcl",
    "packer/a-b",
    "packer/a.b",
    "packer/a_b",
    "packer/scripts/10-a.ps1",
  ])
    writeFileSync(join(root, file), `content of ${file}\n`);
  writeFileSync(join(root, "packer/scripts.txt"), "");
  writeFileSync(join(root, "buildspec/build.yml"), Buffer.from([0, 255, 13, 10]));
});

afterEach(() => rmSync(root, { recursive: true }));

test("the recipe's hash equals the hash that the buildspec computes in bash", () => {
  const computed = recipeHash(root);

  expect(computed).toBe(hashInBash(root));
});

test("the hash of this project's own recipe equals the hash computed in bash", () => {
  const computed = recipeHash(project);

  expect(computed).toBe(hashInBash(project));
});

test("files are in byte order, with `/` between folders", () => {
  const files = recipeFiles(root);

  expect(files).toEqual([
    "buildspec/build.yml",
    "packer/B.hcl",
    "packer/a-b",
    "packer/a.b",
    "packer/a_b",
    "packer/b.hcl",
    "packer/scripts.txt",
    "packer/scripts/10-a.ps1",
  ]);
});

test.each([
  ["a changed file", () => writeFileSync(join(root, "packer/a.b"), "other")],
  ["a new file", () => writeFileSync(join(root, "packer/new"), "")],
  ["a renamed file", () => renameInto("packer/a.b", "packer/z.b")],
])("%s changes the recipe's hash", (_, change) => {
  const before = recipeHash(root);

  change();

  expect(recipeHash(root)).not.toBe(before);
});

test("files beside the recipe do not change its hash", () => {
  const before = recipeHash(root);

  writeFileSync(join(root, "config.ts"), "");

  expect(recipeHash(root)).toBe(before);
});

test("only the scripts and modules of a harvest change its hash", () => {
  for (const folder of ["packer/harvest", "packer/modules"]) mkdirSync(join(root, folder));
  writeFileSync(join(root, "packer/harvest/10-harvest.ps1"), "");
  const before = harvestRecipeHash(root);

  writeFileSync(join(root, "packer/scripts/10-a.ps1"), "other");
  expect(harvestRecipeHash(root)).toBe(before);

  writeFileSync(join(root, "packer/modules/new.ps1"), "");
  expect(harvestRecipeHash(root)).not.toBe(before);
});

test("a file name that some tools would change is refused by name", () => {
  writeFileSync(join(root, "packer/two words"), "");

  expect(() => recipeHash(root)).toThrow("packer/two words");
});

function hashInBash(directory: string): string {
  const pipeline = "find packer buildspec -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum";
  return execFileSync("bash", ["-c", pipeline], { cwd: directory, encoding: "utf8" }).slice(0, 64);
}

function renameInto(from: string, to: string): void {
  execFileSync("mv", [join(root, from), join(root, to)]);
}
