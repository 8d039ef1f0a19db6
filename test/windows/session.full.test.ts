import { expect, test } from "vitest";
import type { Machine } from "../../local/windows/machine.ts";
import { bareMachine, describeWithPowerShell } from "./runs.ts";

describeWithPowerShell("scripts that share a PowerShell", (bench) => {
  test("know nothing of another machine, whose registry, files and services wait for it", async () => {
    const [one, other] = [
      await bareMachine(bench(), bench().newPath("one")),
      await bareMachine(bench(), bench().newPath("other")),
    ];
    await run(
      one,
      `New-Item -Path HKLM:\\SOFTWARE\\One\\Below, HKCU:\\One -Force | Out-Null
      Set-ItemProperty -Path HKLM:\\SOFTWARE\\One -Name Value -Value 'of one'
      Set-ItemProperty -Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion' -Name CurrentBuild -Value '1'
      Remove-Item -Path HKLM:\\SYSTEM\\CurrentControlSet\\Services\\EventLog -Recurse
      Set-Content -Path C:\\one.txt -Value 'of one'; [Environment]::SetEnvironmentVariable('OF_ONE', '1', 'Machine')
      sc.exe create one binPath= C:\\one.exe | Out-Null`,
    );
    const looking = `"$(@(Test-Path HKLM:\\SOFTWARE\\One\\Below, HKCU:\\One, C:\\one.txt, HKLM:\\SYSTEM\\CurrentControlSet\\Services\\EventLog))"
      "$((Get-ItemProperty -Path HKLM:\\SOFTWARE\\One -ErrorAction Ignore).Value) [$env:OF_ONE]"
      (Get-ItemProperty -Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion').CurrentBuild
      [System.ServiceProcess.ServiceController]::GetServices().ServiceName -contains 'one'`;

    await one.switchOff();
    const elsewhere = await run(other, looking);
    await other.switchOff();
    const again = await run(one, looking);
    await one.switchOff();

    expect(elsewhere.stdout).toBe("False False False True\n []\n20348\nFalse\n");
    expect(again.stdout).toBe("True True True False\nof one [1]\n1\nTrue\n");
  });

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
