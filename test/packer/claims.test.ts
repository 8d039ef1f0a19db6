import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { complaints } from "./claims/join.ts";
import { followRecipe } from "./claims/recipe.ts";
import { functionName, nodesOf, packerDirectory, parse, recipeScripts, type Script, unitTests } from "./powershell.ts";

const scripts = recipeScripts();
const uploads = [...directoriesUploaded(), "versions.json"];
/** Functions that have a `Describe` of their own among the tests that run on Windows. */
const tested = new Set(
  unitTests().flatMap(({ text }) => [...text.matchAll(/Describe '([\w-]+)' \{/g)].map(([, name]) => name)),
);
const head = "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n";
const start = `${head}Import-Module -Name "$env:WORK_DIRECTORY\\modules\\EksWindowsImages\\EksWindowsImages.psd1"\n`;

test("each check is of something that a step makes or the base brings, and each thing made has its check", () => {
  expect(told(scripts)).toEqual([]);
});

describe("what does not fit is told", () => {
  test.each<[string, Record<string, string>, RegExp]>([
    [
      "a check of a file that nobody writes",
      { "tests/Bad.Tests.ps1": `Describe 'a' { It 'b' { "$env:ProgramFiles\\Nobody\\$(1).exe" | Should Exist } }` },
      /Bad.*file C:\\Program Files\\Nobody\\1\.exe is made by no step/,
    ],
    [
      "a check of a service that nobody registers",
      { "tests/Bad.Tests.ps1": "Describe 'a' { It 'b' { (Get-Service -Name nobody).Status | Should Be 'Running' } }" },
      /service nobody is made by no step/,
    ],
    [
      "a check of a value of the registry that nobody sets",
      { "tests/Bad.Tests.ps1": "Describe 'a' { It 'b' { 'HKLM:\\SOFTWARE\\Nobody' | Should Exist } }" },
      /registry HKLM:\\SOFTWARE\\Nobody is made by no step/,
    ],
    [
      "a check in the proof of a file that nobody writes",
      {
        "proof/scripts/20-bad.ps1": `${start}Invoke-Check -Name 'b' -Script { Test-Path -Path (Get-ContainerdPath 'nobody.exe') }`,
      },
      /20-bad.ps1:4 \(b\): file C:\\Program Files\\containerd\\nobody\.exe is made by no step/,
    ],
    [
      "a check that looks at nothing",
      { "tests/Bad.Tests.ps1": "Describe 'a' { It 'is well' { 1 | Should Be 1 } }" },
      /a: is well looks at nothing/,
    ],
    [
      "a check that asserts nothing",
      { "tests/Bad.Tests.ps1": "Describe 'a' { It 'is well' { Get-Service -Name WinRM } }" },
      /a: is well asserts nothing/,
    ],
    [
      "a check of the proof that asserts nothing",
      { "proof/scripts/20-bad.ps1": `${start}Invoke-Check -Name 'b' -Script { Get-OsBuild }` },
      /20-bad.ps1:4 b asserts nothing/,
    ],
    [
      "a file in a directory that nobody makes",
      { "scripts/39-bad.ps1": `${start}[System.IO.File]::WriteAllText("$env:ProgramData\\x\\a.txt", '')` },
      /C:\\ProgramData\\x\\a\.txt is put into a directory that nobody makes/,
    ],
    [
      "a file that is put nobody knows where",
      { "scripts/39-bad.ps1": `${start}Copy-Item -Path 'a.exe' -Destination (Get-Date)` },
      /39-bad.ps1:4: file \* is written, and nobody can tell where/,
    ],
    [
      "a program that Pester looks at and the image report does not name",
      { "tests/Bad.Tests.ps1": `Describe 'a' { It 'b' { "$env:ProgramFiles\\Amazon\\EKS\\new.exe" | Should Exist } }` },
      /C:\\Program Files\\Amazon\\EKS\\new\.exe is not in the image report/,
    ],
    [
      "a field of a JSON file that nobody writes",
      { "scripts/39-bad.ps1": `${start}(Read-Json -Path (Get-WorkPath 'output\\base.json')).colour` },
      /base\.json has no colour/,
    ],
    [
      "a file that nobody checks",
      {
        "scripts/39-bad.ps1": `${start}$path = Join-Path $env:ProgramData 'x'\nCopy-Item -Path (Get-WorkPath 'custom\\a.exe') -Destination "$path\\a.exe"`,
      },
      /39-bad.ps1:5: file C:\\ProgramData\\x\\a\.exe is looked at by no check/,
    ],
    [
      "a file that nobody checks, from inside a function of the module",
      {
        "scripts/39-bad.ps1": `${start}foreach ($name in 'a') { Get-VerifiedFile -Url 'https://example.com' -Checksum ('0' * 64) -Path "$env:SystemDrive\\$name.exe" }`,
      },
      /39-bad.ps1:4: file C:\\a\.exe is looked at by no check/,
    ],
    [
      "a service, a value of the registry, a task and a feature that nobody checks",
      {
        "scripts/39-bad.ps1": `${start}$task = @{ TaskName = 'unchecked'; Force = $true }
Register-ScheduledTask @task
Install-WindowsFeature -Name Hyper-V
Set-Service -Name unchecked -StartupType Automatic
Set-ItemProperty -Path 'HKLM:\\SOFTWARE\\unchecked' -Name a -Value 1`,
      },
      /task unchecked is looked[\s\S]+feature Hyper-V is looked[\s\S]+service unchecked is looked[\s\S]+registry HKLM:\\SOFTWARE\\unchecked is looked/,
    ],
    [
      "a file for later steps that none of them reads",
      { "scripts/39-bad.ps1": `${start}Save-Json -Path (Get-WorkPath 'output\\unread.json') -Value @()` },
      /unread\.json is looked at by no check/,
    ],
    [
      "a file of earlier steps that none of them writes",
      { "scripts/39-bad.ps1": `${start}Read-Json -Path (Get-WorkPath 'output\\unwritten.json')` },
      /unwritten\.json is made by no step/,
    ],
    [
      "a container image that nobody checks",
      { "scripts/39-bad.ps1": `${start}Add-ContainerImage -Reference 'example.com/a:1'` },
      /container image example\.com\/a:1 is looked at by no check/,
    ],
    [
      "something that is said to be brought along and yet is made",
      {
        "scripts/39-bad.ps1": `${start}Copy-Item -Path (Get-WorkPath 'custom\\a') -Destination "$env:SystemRoot\\System32\\tar.exe"`,
      },
      /tar\.exe is said to be brought along, but scripts\/39-bad/,
    ],
    [
      "something temporary that the proof does not look for",
      {
        "sysprep/generalize.ps1": `${textOf("sysprep/generalize.ps1")}\nGet-Item -Path "$env:SystemDrive\\rest" | Remove-Item`,
      },
      /C:\\rest is taken away, but the proof does not look for it/,
    ],
    [
      "something that the proof looks for and nobody takes away",
      {
        "proof/scripts/00-inventory.ps1": `${textOf("proof/scripts/00-inventory.ps1")}\nGet-Item -Path "$env:SystemDrive\\rest"`,
      },
      /C:\\rest is looked for by the proof, but not taken away/,
    ],
    [
      "a function that nobody declares",
      { "scripts/39-bad.ps1": `${start}Get-Nothing` },
      /39-bad.ps1 calls Get-Nothing/,
    ],
    [
      "a function of the module where the module is not imported",
      { "scripts/39-bad.ps1": `${head}Get-WorkPath 'a'` },
      /39-bad.ps1 calls Get-WorkPath/,
    ],
  ])("%s", (_, changes, expected) => {
    expect(told(changed(changes)).join("\n")).toMatch(expected);
  });
});

describe("a script that is emptied is missed", () => {
  test.each(scripts.map(({ path }) => path))("%s", (path) => {
    const rest = path.endsWith(".psd1") ? "@{}" : head;

    expect(told(changed({ [path]: rest }))).not.toEqual([]);
  });
});

describe("a function of the module that is emptied is missed, here or by its own tests", () => {
  const functions = scripts
    .filter(({ path }) => path.startsWith("modules/"))
    .flatMap((script) => nodesOf(script.root, "function_statement").map((statement) => ({ script, statement })));

  test.each(functions.map((each) => ({ name: functionName(each.statement), ...each })))(
    "$name",
    ({ name, script, statement }) => {
      const body = nodesOf(statement, "script_block_body")[0];
      const text = script.text.slice(0, body?.startIndex) + script.text.slice(body?.endIndex);

      expect(tested.has(name) || told(changed({ [script.path]: text })).length > 0).toBe(true);
    },
  );
});

function told(recipe: Script[]): string[] {
  return complaints(followRecipe(recipe), uploads);
}

/** The recipe with some files as they are given here. */
function changed(files: Record<string, string>): Script[] {
  const written = Object.entries(files).map(([path, text]) => parse(path, text));
  return [...scripts.filter(({ path }) => !(path in files)), ...written];
}

function textOf(path: string): string {
  return scripts.find((script) => script.path === path)?.text ?? "";
}

function directoriesUploaded(): string[] {
  const build = readFileSync(join(packerDirectory, "build.pkr.hcl"), "utf8");
  const names = /sources\s+=\s+\[for name in \[([^\]]+)\]/.exec(build)?.[1] ?? "";
  return names.split(",").map((name) => name.trim().replaceAll('"', ""));
}
