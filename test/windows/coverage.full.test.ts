import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { judgeCoverage, prepareCoverage, readCoverage } from "../../local/windows/coverage.ts";
import { bareMachine, describeWithPowerShell, packerDirectory } from "./runs.ts";

const script = `function Get-Sign { param($Number)
    if ($Number -lt 0) { return 'negative' }
    'positive'
}
$left = 2
do {
    $left--
} while ($left -gt 0)
@{ one = Get-Sign -Number 1 } | Out-Null
& $env:PROGRAM_POWERSHELL -File "$PSScriptRoot\\20-child.ps1" $left
exit 3`;
const child = `param($Left)
if ($Left -eq 0) { 'in a process of its own' } else { 'never' }`;

describeWithPowerShell("the coverage of scripts", (bench) => {
  test("tells which commands ran in any process of a machine, and which did not", async () => {
    const [packerDir, coverage, prefix] = ["packer", "coverage", "machine"].map(bench().newPath) as Three;
    for (const folder of [join(packerDir, "scripts"), coverage]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(packerDir, "scripts/10-first.ps1"), script);
    writeFileSync(join(packerDir, "scripts/20-child.ps1"), child);
    await prepareCoverage(coverage, bench().powershell, packerDir);
    const machine = await bareMachine({ site: bench().site, powershell: bench().powershell, coverage }, prefix);
    for (const name of ["10-first", "20-child"])
      machine.write(
        `C:\\eks-windows-images\\scripts\\${name}.ps1`,
        readFileSync(join(packerDir, `scripts/${name}.ps1`)),
      );

    const path = "C:\\eks-windows-images\\scripts\\10-first.ps1";
    const { exitCode, stdout } = await machine.powershell({
      parameters: ["-Command", `& '${path}'; exit $LASTEXITCODE`],
    });
    await machine.switchOff();

    expect([exitCode, stdout.trim()]).toEqual([3, "in a process of its own"]);
    // The condition at the end of the loop counts for nothing: no breakpoint is hit there.
    expect(readCoverage(coverage)).toEqual({
      "scripts/10-first.ps1": {
        covered: ["2:9", "3:5", "5:9", "7:5", "9:1", "9:10", "9:33", "10:1", "11:6"],
        missed: ["2:33"],
      },
      "scripts/20-child.ps1": { covered: ["2:5", "2:20"], missed: ["2:55"] },
    });
  });
});

test("what is missed has a reason or is named, and a reason needs something that is missed", () => {
  const coverage = { "scripts/60-custom.ps1": { covered: ["1:1", "2:26"], missed: ["3:1"] }, "tests/x": empty };
  const judged = (line: string) =>
    judgeCoverage(coverage, [{ file: "scripts/60-custom.ps1", line, reason: "none" }], packerDirectory);
  const tooLittle = "less than 95 % of the recipe's commands ran";
  const unexplained = expect.stringMatching(/^scripts\/60-custom.ps1:3: no reason is known: Import-Module /);

  expect(judged("Import-Module")).toEqual({ lines: expect.not.arrayContaining([unexplained]), failures: [tooLittle] });
  expect(judged("Set-StrictMode")).toEqual({
    lines: expect.arrayContaining([unexplained]),
    failures: ["scripts/60-custom.ps1 Set-StrictMode: is listed as never run and is not missed", tooLittle],
  });
});

const empty = { covered: [], missed: ["1:1"] };
type Three = [string, string, string];
