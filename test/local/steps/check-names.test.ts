import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { baseDisk } from "../../../local/model/disk.ts";
import { createMachine } from "../../../local/model/machine.ts";
import { checksIn, testsIn } from "../../../local/steps/check-names.ts";
import { type ChecksByName, runChecks } from "../../../local/steps/check-runs.ts";
import { eksImage, network, packer } from "./recipe-builds.ts";

function recipe(folder: "tests" | "proof", script: string): string {
  const directory = mkdtempSync(join(tmpdir(), "checks-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, folder));
  writeFileSync(join(directory, folder, "one.ps1"), script);
  return directory;
}

function run(directory: string, checks: ChecksByName, settings = {}) {
  const instance = { instanceId: "i-1", address: "127.77.0.4", imageId: "ami-1", tags: {}, userData: "" };
  const machine = createMachine(instance, baseDisk(eksImage));
  const given = { KUBERNETES_VERSION: "1.35.8", RECIPE_KIND: "layer", ...settings };
  return runChecks(testsIn(directory), checks, { machine, settings: given, network: network(), packerDir: packer });
}

test("a test's name consists of its Describe and It", () => {
  const directory = recipe("tests", "Describe 'Windows' { It 'has no pending restart' { 1 } }");

  expect(testsIn(directory)).toEqual([{ name: "Windows: has no pending restart", loop: undefined, recipe: undefined }]);
});

test("a check's name is its -Name parameter, in any position", () => {
  const directory = recipe(
    "proof",
    "Invoke-Check -Script { It 'a' } -Name 'disk'\nInvoke-Check -Name $tool -Script { 1 }",
  );

  expect(checksIn(directory).map(({ name }) => name)).toEqual(["disk", "$tool"]);
});

test.each([
  ["the loop", "foreach ($tool in 'kubelet', 'kube-proxy') { It \"has $tool\" { 1 } }"],
  ["a variable", "$tools = @(\n'kubelet'\n'kube-proxy'\n)\nforeach ($tool in $tools) { It \"has $tool\" { 1 } }"],
])("a check in a loop runs once per literal value in %s", (_, script) => {
  const seen: string[] = [];

  const checked = run(recipe("tests", `Describe 'Tools' { ${script} }`), {
    "Tools: has $tool": (_context, tool) => `saw ${seen.push(tool)}`,
  });

  expect(checked.map(({ name }) => name)).toEqual(["Tools: has kubelet", "Tools: has kube-proxy"]);
  expect(seen).toEqual(["kubelet", "kube-proxy"]);
});

test("a check for one recipe does not run for the other", () => {
  const script = "Describe 'EKS' { if ((Get-Setting 'RECIPE_KIND') -eq 'assemble') { It 'is set up' { 1 } } }";
  const checks = { "EKS: is set up": () => "" };

  expect(run(recipe("tests", script), checks)).toEqual([]);
  expect(run(recipe("tests", script), checks, { RECIPE_KIND: "assemble" })).toHaveLength(1);
});

test.each([
  ["without a model", "It 'is new' { 1 }", 'no model of the check "Windows: is new"'],
  ["under an unknown condition", "if ($x) { It 'is new' { 1 } }", "depends on a condition"],
  ["in a loop over unknown values", "foreach ($y in Get-Y) { It 'is old' { 1 } }", "does not know the values of $y"],
])("a check %s is an error instead of a pass", (_, script, complaint) => {
  const directory = recipe("tests", `Describe 'Windows' { ${script} }`);

  expect(() => run(directory, { "Windows: is old": () => "" })).toThrow(complaint);
});
