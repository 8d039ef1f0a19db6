import { expect, test } from "vitest";
import { recordedOrder } from "../../../local/windows/packer-order.ts";
import { type Run, runOrder } from "../../../local/windows/run-order.ts";
import { runBefore } from "../../../local/windows/snapshots.ts";
import { describeWithPowerShell, packerDirectory } from "../runs.ts";
import { inWorkDirectory, readJson } from "./changes.ts";
import { type Failing, layer, testFaults } from "./faults.ts";

const script = "60-custom";

const writing =
  (name: string, text: string) =>
  ({ machine }: Run) =>
    machine.write(inWorkDirectory(`custom\\${name}.ps1`), text);

const faults: Failing[] = [
  {
    what: "fails if a custom script throws",
    script,
    change: writing("10-agent", "throw 'There is no licence.'"),
    failure: { class: "provision", cause: "There is no licence." },
  },
  {
    what: "fails with the exit code of a custom script and what it said last",
    script,
    change: writing("10-agent", "'no space left'\nexit 3"),
    failure: { class: "provision", cause: "powershell.exe exited with 3: no space left (arguments: -NoProfile" },
  },
];

describeWithPowerShell("custom scripts", (bench) => {
  testFaults(bench, () => layer, faults);

  test("run in order as SYSTEM, may ask for a restart, and what they change is wanted from then on", async () => {
    const run = await runBefore(bench(), layer, script, packerDirectory);
    writing("20-second", 'Add-Content -Path C:\\ran.txt -Value "second $env:CUSTOM_FILES"')(run);
    const secret = "planted-3Hk9pR6yWc";
    writing(
      "10-first",
      `$licence = '${secret}'
      $env:LICENCE = $licence
      Add-Content -Path C:\\ran.txt -Value "first $env:MODEL_USER"
      Set-Service -Name wuauserv -StartupType Disabled
      exit 3010`,
    )(run);

    const { actions } = recordedOrder("layer");
    const start = actions.findIndex((action) => "script" in action && action.script === script);
    const end = actions.findIndex((action) => "script" in action && action.script === "70-verify");
    const [custom, , verify] = await runOrder({
      ...run,
      order: { ...run.order, actions: actions.slice(start, end + 1) },
    });
    await run.machine.switchOff();

    expect(custom?.exitCode, custom?.stdout).toBe(0);
    expect(custom?.stdout).toContain("2 custom scripts ran.");
    expect(custom?.stdout).toContain(
      "Custom scripts changed what AWS's image has: service wuauserv is 'Disabled' instead of 'Manual'.",
    );
    for (const step of [custom, verify]) expect(`${step?.stdout}${step?.stderr}`).not.toContain(secret);
    for (const report of ["custom", "tests"])
      expect(run.machine.read(inWorkDirectory(`output\\${report}.json`)).toString()).not.toContain(secret);
    expect(run.machine.read("C:\\ran.txt").toString().split(/\r?\n/)).toEqual([
      "first SYSTEM",
      "second C:\\eks-windows-images\\custom\\files",
      "",
    ]);
    expect(readJson(run.machine, inWorkDirectory("output\\custom.json"))).toMatchObject([
      { name: "10-first.ps1", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { name: "20-second.ps1" },
    ]);
    expect(verify?.exitCode, verify?.stdout).toBe(0);
  });
});
