import { expect, test } from "vitest";
import type { Machine } from "../../local/windows/machine.ts";
import { bareMachine, describeWithPowerShell } from "./runs.ts";

describeWithPowerShell("scripts that share a PowerShell", (bench) => {
  test.each([
    ["in sessions", false],
    ["in processes of their own", true],
  ])("%s leave to the next what is on the machine, and nothing else", async (_what, isolated) => {
    const { site, powershell, newPath } = bench();
    const machine = await bareMachine({ site, powershell, isolated }, newPath("shared"));

    const first = await run(
      machine,
      `$env:LEFT = 'left'; $global:Left = 'left'; function global:Get-Left { 'left' }
      Set-Location C:\\windows; [Environment]::SetEnvironmentVariable('KEPT', 'kept', 'Machine')
      'printed'; cmd.exe /c echo by a program; Write-Warning 'warned'; [Console]::Error.WriteLine('told'); exit 3010`,
      { GIVEN: "given" },
    );
    const second = await run(
      machine,
      `"[$env:LEFT][$env:GIVEN][$env:KEPT]"; Test-Path variable:Left; Test-Path function:Get-Left
      $PWD.Path -eq 'C:\\windows'; throw 'the end'`,
    );
    await machine.switchOff();

    expect(first).toEqual({
      exitCode: 3010,
      stdout: "printed\nby a program\nWARNING: warned\n",
      stderr: "told\n",
    });
    expect(second).toEqual({
      exitCode: 1,
      stdout: "[][][kept]\nFalse\nFalse\nFalse\n",
      stderr: expect.stringContaining("the end"),
    });
  });
});

async function run(machine: Machine, command: string, environment?: Record<string, string>) {
  const { exitCode, stdout, stderr } = await machine.powershell({ parameters: ["-Command", command], environment });
  return { exitCode, stdout: stdout.replaceAll("\r", ""), stderr: stderr.replaceAll("\r", "") };
}
