import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { signaturesOf } from "./functions.ts";
import { lint, type RuleName, rules } from "./lints.ts";
import {
  callsIn,
  functionName,
  nodesOf,
  packerDirectory,
  parse,
  recipeScripts,
  syntaxErrors,
  unitTests,
} from "./powershell.ts";
import { functionsThatNothingRuns } from "./reachable.ts";

const scripts = recipeScripts();
const tests = unitTests();
const own = signaturesOf(scripts);
const ownOfTests = signaturesOf([...scripts, ...tests]);
const head = "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n";

test.each([...scripts, ...tests])("$path is valid PowerShell", (script) => {
  expect(syntaxErrors(script)).toEqual([]);
});

test("an invalid script is reported", () => {
  const script = parse("bad.ps1", `${head}if ($true { 'never closed' }`);

  expect(syntaxErrors(script)).not.toEqual([]);
});

test.each(scripts)("$path follows the rules", (script) => {
  expect(lint(script, own)).toEqual([]);
});

test.each(tests)("$path follows the rules", (script) => {
  expect(lint(script, ownOfTests)).toEqual([]);
});

describe("each rule reports a violation", () => {
  const bad: [RuleName, string][] = [
    ["strict mode and Stop come first", "'hello'"],
    ["strict mode and Stop come first", "Set-StrictMode -Version Latest\n'hello'"],
    ["strict mode and Stop come first", "$ErrorActionPreference = 'Stop'\nSet-StrictMode -Version Latest"],
    ["text is ASCII", `${head}'caf\u00e9'`],
    ["no text is executed as code", `${head}Invoke-Expression 'Get-Date'`],
    ["no text is executed as code", `${head}iex 'Get-Date'`],
    ["no text is executed as code", `${head}[scriptblock]::Create('Get-Date')`],
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
    ["no address contains latest", `${head}'https://example.com/latest/a.exe'`],
    ["no address contains latest", `${head}"https://example.com/$env:X/latest.msi"`],
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
    ["calls match the declaration of the function", `${head}Get-WorkPath -Path 'a'`],
    ["calls match the declaration of the function", `${head}Invoke-Native -ArgumentList @('a')`],
    ["calls match the declaration of the function", `${head}Get-WorkPath`],
    [
      "only Get-VerifiedFile downloads",
      `${head}Invoke-Native -FilePath (Get-AwsCliPath) -ArgumentList @('s3', 'cp', 's3://a/b', 'b')`,
    ],
    [
      "only Get-VerifiedFile downloads",
      `${head}Invoke-Native -FilePath 'a.exe' -ArgumentList @('s3api', 'get-object')`,
    ],
    ["only Get-VerifiedFile downloads", `${head}Read-S3Object -BucketName 'a'`],
    ["only Get-VerifiedFile downloads", `${head}AWSPowerShell\\Read-S3Object -BucketName 'a'`],
    ["only Get-VerifiedFile downloads", `${head}Invoke-Ctr -ArgumentList @('images', 'pull', 'example.com/a:1')`],
    ["functions are cmdlets with an approved verb", `${head}function Do-Thing { [CmdletBinding()] param() 1 }`],
    ["functions are cmdlets with an approved verb", `${head}function thing { [CmdletBinding()] param() 1 }`],
    ["functions are cmdlets with an approved verb", `${head}function Get-Thing { param([string]$Name) $Name }`],
    ["functions are cmdlets with an approved verb", `${head}function Get-Thing { 1 }`],
    ["commands are called by their full names", `${head}gci 'C:\\'`],
    ["commands are called by their full names", `${head}1, 2 | % { $_ }`],
    ["commands are called by their full names", `${head}1, 2 | where { $_ }`],
    ["output goes to the pipeline", `${head}Write-Host 'hello'`],
    ["no exception is swallowed", `${head}try { Get-Date } catch { }`],
    ["no exception is swallowed", `${head}try { Get-Date } catch [System.Exception] {\n# never mind\n}`],
    [
      "an error is silenced only where an empty result is valid",
      `${head}Copy-Item -Path 'a' -Destination 'b' -ErrorAction SilentlyContinue`,
    ],
    ["an error is silenced only where an empty result is valid", `${head}Remove-Item -Path 'a' -ErrorAction Ignore`],
    ["an error is silenced only where an empty result is valid", `${head}$ErrorActionPreference = 'SilentlyContinue'`],
    ["what changes Windows by CDXML stops at an error", `${head}Register-ScheduledTask -TaskName 'a' | Out-Null`],
    [
      "what changes Windows by CDXML stops at an error",
      `${head}$rule = @{ Name = 'a' }\nNew-NetFirewallRule @rule -ErrorAction Continue`,
    ],
    ["what changes Windows by CDXML stops at an error", `${head}Add-MpPreference -ExclusionPath 'C:\\a'`],
    ["no line ends in a backtick", `${head}Copy-Item -Path 'a' \`\n    -Destination 'b'`],
    ["no secret is in the source", `${head}ConvertTo-SecureString 'a' -AsPlainText -Force`],
    ["no secret is in the source", `${head}Invoke-Native -FilePath 'a.exe' -ArgumentList @('--password', 'b')`],
    ["no secret is in the source", `${head}New-Service -Name 'a' -Credential 'b'`],
    [
      "no secret is in the source",
      `${head}function Get-Thing { [CmdletBinding()] param([string]$Password) $Password }`,
    ],
    ["no secret is in the source", `${head}'https://me:secret@example.com/a'`],
    ["every variable is assigned", `${head}$wanted = 1\n$wnated`],
    ["a variable is written in one way", `${head}$path = 'a'\n$Path`],
    ["a variable is written in one way", `${head}$path = 'a'\nGet-Item -Path "$Path\\b"`],
    ["a variable is written in one way", `${head}function Get-Thing { param($Path) $path = 'a' }`],
    ["a variable is written in one way", `${head}function Get-Thing { param($Path) 1 | ForEach-Object { $path } }`],
    ["a variable is written in one way", `${head}$path = 'a'\nfunction Get-Thing { $Path }`],
    ["a variable is written in one way", `${head}function Get-Thing { @splat + $Splat }`],
    ["no loop variable is a parameter", `${head}function Save-Thing { param($Path) foreach ($path in 1) { $path } }`],
    ["no loop variable is a parameter", `${head}function Save-Thing { param($Path) foreach ($Path in 1) { $Path } }`],
    ["no loop variable is a parameter", `${head}function Save-Thing { param($N) for ($n = 0; $n -lt 1; $n++) { 1 } }`],
    ["no loop variable is a parameter", `${head}function Save-Thing { param($P) { foreach ($p in 1) { $p } } }`],
  ];

  test.each(
    bad.map(([rule, text]) => [rule, text.replace(head, "").replaceAll("\n", "; ").slice(0, 50), text] as const),
  )("%s: %s", (rule, _, text) => {
    const findings = lint(parse("scripts/bad.ps1", text), own);

    expect(findings.map((finding) => finding.rule)).toContain(rule);
  });

  test("every rule has an example of a violation", () => {
    expect(new Set(bad.map(([rule]) => rule))).toEqual(new Set(Object.keys(rules)));
  });

  test("a correct script has no findings", () => {
    const script = parse(
      "scripts/good.ps1",
      `${head}$path = Get-WorkPath 'a'\nInvoke-Native -FilePath 'ctr.exe' -ArgumentList @('version')\n"$path"`,
    );

    expect(lint(script, own)).toEqual([]);
  });
});

/** The tests inside the image run by themselves, but a function that only they call is not part of the recipe. */
const recipe = scripts.filter(({ path }) => !path.startsWith("tests/"));
const promised = readFileSync(join(packerDirectory, "custom/README.md"), "utf8");

test("every function is run by a script, perhaps through other functions, or promised to custom steps", () => {
  const known = [...own.keys()].filter((name) => promised.includes(`\`${name}\``));

  expect(functionsThatNothingRuns(recipe, known)).toEqual([]);
});

test.each([
  ["never called", "function Get-Thing { 1 }", ["Get-Thing"]],
  ["called by itself only", "function Get-Thing { Get-Thing }", ["Get-Thing"]],
  ["called by a function that nothing runs", "function Get-A { Get-B }\nfunction Get-B { 1 }", ["Get-A", "Get-B"]],
  ["called by a script", "function Get-Thing { 1 }\nget-thing", []],
  ["called by a function that a script runs", "function Get-B { 1 }\nfunction Get-A { Get-B }\nGet-A", []],
])("a function that is %s is found or not", (_, text, found) => {
  expect(functionsThatNothingRuns([parse("a.ps1", text)])).toEqual(found);
});

test("two functions may each write a variable in their own way", () => {
  const text = "function Get-A { param($Path) $Path }\nfunction Get-B { foreach ($path in 1) { $path } }";

  expect(lint(parse("a.ps1", head + text), own).map(({ rule }) => rule)).not.toEqual(
    expect.arrayContaining(["a variable is written in one way"]),
  );
});

test("the module exports exactly what the scripts call and the README of custom steps names", () => {
  const callers = scripts.filter(({ path }) => !path.startsWith("modules/"));
  const called = new Set(callers.flatMap(({ root }) => callsIn(root).map(({ name }) => name)));
  const wanted = [...own.keys()].filter((name) => called.has(name) || promised.includes(`\`${name}\``));
  const local = callers.flatMap(({ root }) => nodesOf(root, "function_statement").map(functionName));

  expect(exported()).toEqual(wanted.filter((name) => !local.includes(name)).sort());
});

function exported(): string[] {
  const manifest = scripts.find(({ path }) => path.endsWith(".psd1"))?.text ?? "";
  const list = /FunctionsToExport = @\(([^)]*)\)/.exec(manifest)?.[1] ?? "";
  return [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name as string);
}
