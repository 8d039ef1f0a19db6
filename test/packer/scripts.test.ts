import { describe, expect, test } from "vitest";
import { signaturesOf } from "./functions.ts";
import { lint, type RuleName, rules } from "./lints.ts";
import { callsIn, parse, recipeScripts, syntaxErrors } from "./powershell.ts";

const scripts = recipeScripts();
const own = signaturesOf(scripts);
const head = "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n";

test.each(scripts)("$path is PowerShell", (script) => {
  expect(syntaxErrors(script)).toEqual([]);
});

test("a script that is not PowerShell is noticed", () => {
  const script = parse("bad.ps1", `${head}if ($true { 'never closed' }`);

  expect(syntaxErrors(script)).not.toEqual([]);
});

test.each(scripts)("$path keeps the rules of the house", (script) => {
  expect(lint(script, own)).toEqual([]);
});

describe("each rule catches what it is there for", () => {
  const bad: [RuleName, string][] = [
    ["strict mode and Stop come first", "'hello'"],
    ["strict mode and Stop come first", "Set-StrictMode -Version Latest\n'hello'"],
    ["strict mode and Stop come first", "$ErrorActionPreference = 'Stop'\nSet-StrictMode -Version Latest"],
    ["text is ASCII", `${head}'caf\u00e9'`],
    ["no text is run as code", `${head}Invoke-Expression 'Get-Date'`],
    ["no text is run as code", `${head}iex 'Get-Date'`],
    ["no text is run as code", `${head}[scriptblock]::Create('Get-Date')`],
    ["only Get-VerifiedFile downloads", `${head}Invoke-WebRequest -Uri 'https://example.com/a.exe' -OutFile 'a.exe'`],
    ["only Get-VerifiedFile downloads", `${head}Invoke-Native -FilePath 'curl.exe' -ArgumentList @('-O')`],
    ["only Get-VerifiedFile downloads", `${head}Invoke-Native -FilePath curl.exe`],
    ["only Get-VerifiedFile downloads", `${head}New-Object -TypeName System.Net.WebClient`],
    ["only Get-VerifiedFile downloads", `${head}[System.Net.WebRequest]::Create('https://example.com')`],
    ["only Get-VerifiedFile downloads", `${head}Save-Url -Url 'https://example.com/a.exe' -Path 'a.exe'`],
    [
      "only Get-VerifiedFile downloads",
      `${head}function Get-Thing { Save-Url -Url 'https://example.com/a' -Path 'a' }`,
    ],
    ["no address says latest", `${head}'https://example.com/latest/a.exe'`],
    ["no address says latest", `${head}"https://example.com/$env:X/latest.msi"`],
    ["programs run through Invoke-Native", `${head}netsh.exe advfirewall reset`],
    ["programs run through Invoke-Native", `${head}sc.exe query`],
    ["programs run through Invoke-Native", `${head}& 'C:\\Program Files\\containerd\\ctr.exe' version`],
    ["programs run through Invoke-Native", `${head}$FilePath = 'a'\n& $FilePath`],
    ["programs run through Invoke-Native", `${head}Start-Process -FilePath 'a.exe'`],
    [
      "programs run through Invoke-Native",
      `${head}function Start-Other { Start-Process -FilePath 'a.exe' -ArgumentList @('b') }`,
    ],
    ["programs run through Invoke-Native", `${head}Stop-Computer -Force`],
    ["programs run through Invoke-Native", `${head}[System.Diagnostics.Process]::Start('a.exe')`],
    ["programs run through Invoke-Native", `${head}. "$PSScriptRoot\\Other.ps1"`],
    ["programs run through Invoke-Native", `${head}Get-Itme -Path 'a'`],
    ["functions are called as they are declared", `${head}Get-WorkPath -Path 'a'`],
    ["functions are called as they are declared", `${head}Invoke-Native -ArgumentList @('a')`],
    ["functions are called as they are declared", `${head}Get-WorkPath`],
    ["variables are assigned somewhere", `${head}$wanted = 1\n$wnated`],
  ];

  test.each(bad)("%s: %j", (rule, text) => {
    const findings = lint(parse("scripts/bad.ps1", text), own);

    expect(findings.map((finding) => finding.rule)).toContain(rule);
  });

  test("no rule is without a bad example", () => {
    expect(new Set(bad.map(([rule]) => rule))).toEqual(new Set(Object.keys(rules)));
  });

  test("what is as it should be is left alone", () => {
    const script = parse(
      "scripts/good.ps1",
      `${head}$path = Get-WorkPath 'a'\nInvoke-Native -FilePath 'ctr.exe' -ArgumentList @('version')\n"$path"`,
    );

    expect(lint(script, own)).toEqual([]);
  });
});

test("every function of the module is used", () => {
  const called = new Set(scripts.flatMap(({ root }) => callsIn(root).map(({ name }) => name)));

  expect([...own.keys()].filter((name) => !called.has(name))).toEqual([]);
});
