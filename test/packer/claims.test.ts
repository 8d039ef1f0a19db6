import { describe, expect, test } from "vitest";
import { head, mismatches, textOf } from "./claimed.ts";

const start = `${head}Import-Module -Name "$env:WORK_DIRECTORY\\modules\\EksWindowsImages\\EksWindowsImages.psd1"\n`;

test("each check examines something that a step or the base provides, and each thing a step makes has its check", () => {
  expect(mismatches()).toEqual([]);
});

describe("a mismatch between steps and checks is reported", () => {
  test.each<[string, Record<string, string>, RegExp]>([
    [
      "a check of a file that no step writes",
      { "tests/Bad.Tests.ps1": `Describe 'a' { It 'b' { "$env:ProgramFiles\\Nobody\\$(1).exe" | Should Exist } }` },
      /Bad.*file C:\\Program Files\\Nobody\\1\.exe is made by no step/,
    ],
    [
      "a check of a service that no step registers",
      { "tests/Bad.Tests.ps1": "Describe 'a' { It 'b' { (Get-Service -Name nobody).Status | Should Be 'Running' } }" },
      /service nobody is made by no step/,
    ],
    [
      "a check of a registry value that no step sets",
      { "tests/Bad.Tests.ps1": "Describe 'a' { It 'b' { 'HKLM:\\SOFTWARE\\Nobody' | Should Exist } }" },
      /registry HKLM:\\SOFTWARE\\Nobody is made by no step/,
    ],
    [
      "a check of the proof on a file that no step writes",
      {
        "proof/scripts/20-bad.ps1": `${start}Invoke-Check -Name 'b' -Script { Test-Path -Path (Get-ContainerdPath 'nobody.exe') }`,
      },
      /20-bad.ps1:4 \(b\): file C:\\Program Files\\containerd\\nobody\.exe is made by no step/,
    ],
    [
      "a check that examines nothing",
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
      "a file in a directory that no step creates",
      { "scripts/39-bad.ps1": `${start}[System.IO.File]::WriteAllText("$env:ProgramData\\x\\a.txt", '')` },
      /C:\\ProgramData\\x\\a\.txt is put into a directory that nobody makes/,
    ],
    [
      "a file whose destination cannot be determined",
      { "scripts/39-bad.ps1": `${start}Copy-Item -Path 'a.exe' -Destination (Get-Date)` },
      /39-bad.ps1:4: file \* is written, and nobody can tell where/,
    ],
    [
      "a program that Pester checks and the image report omits",
      { "tests/Bad.Tests.ps1": `Describe 'a' { It 'b' { "$env:ProgramFiles\\Amazon\\EKS\\new.exe" | Should Exist } }` },
      /C:\\Program Files\\Amazon\\EKS\\new\.exe is not in the image report/,
    ],
    [
      "a field of a JSON file that no step writes",
      { "scripts/39-bad.ps1": `${start}(Read-Json -Path (Get-WorkPath 'output\\base.json')).colour` },
      /base\.json has no colour/,
    ],
    [
      "a file without a check",
      {
        "scripts/39-bad.ps1": `${start}$path = Join-Path $env:ProgramData 'x'\nCopy-Item -Path (Get-WorkPath 'custom\\a.exe') -Destination "$path\\a.exe"`,
      },
      /39-bad.ps1:5: file C:\\ProgramData\\x\\a\.exe is looked at by no check/,
    ],
    [
      "an unchecked file that a function of the module writes",
      {
        "scripts/39-bad.ps1": `${start}foreach ($name in 'a') { Get-VerifiedFile -Url 'https://example.com' -Checksum ('0' * 64) -Path "$env:SystemDrive\\$name.exe" }`,
      },
      /39-bad.ps1:4: file C:\\a\.exe is looked at by no check/,
    ],
    [
      "a service, a registry value, a task and a feature without checks",
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
      "a file for later steps that no step reads",
      { "scripts/39-bad.ps1": `${start}Save-Json -Path (Get-WorkPath 'output\\unread.json') -Value @()` },
      /unread\.json is looked at by no check/,
    ],
    [
      "a file of earlier steps that no step writes",
      { "scripts/39-bad.ps1": `${start}Read-Json -Path (Get-WorkPath 'output\\unwritten.json')` },
      /unwritten\.json is made by no step/,
    ],
    [
      "a container image without a check",
      { "scripts/39-bad.ps1": `${start}Add-ContainerImage -Reference 'example.com/a:1'` },
      /container image example\.com\/a:1 is looked at by no check/,
    ],
    [
      "something that a step makes although the base is said to bring it",
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
      "something that the proof looks for and generalizing does not remove",
      {
        "proof/scripts/00-inventory.ps1": `${textOf("proof/scripts/00-inventory.ps1")}\nGet-Item -Path "$env:SystemDrive\\rest"`,
      },
      /C:\\rest is looked for by the proof, but not taken away/,
    ],
    [
      "a call of an undeclared function",
      { "scripts/39-bad.ps1": `${start}Get-Nothing` },
      /39-bad.ps1 calls Get-Nothing/,
    ],
    [
      "a call of a function whose module is not imported",
      { "scripts/39-bad.ps1": `${head}Get-WorkPath 'a'` },
      /39-bad.ps1 calls Get-WorkPath/,
    ],
  ])("%s", (_, changes, expected) => {
    expect(mismatches(changes).join("\n")).toMatch(expected);
  });
});
