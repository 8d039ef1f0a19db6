import { expect, test } from "vitest";
import { monthlyUpdate } from "../../../local/windows/bases.ts";
import { type Run, runStep, type StepRun } from "../../../local/windows/run-order.ts";
import { runBefore } from "../../../local/windows/snapshots.ts";
import type { MachineState, Update } from "../../../local/windows/state.ts";
import type { Workbench } from "../../../local/windows/workbench.ts";
import { describeWithPowerShell, type Failure, failureOf, packerDirectory } from "../runs.ts";
import { layer } from "./faults.ts";
import { outputOf } from "./in-turn.ts";

const installFails = 0x80070643;
const definitionUpdates = "e0789628-ce08-4437-be74-2495b842f43b";
const upgrades = "3689bdc8-b205-4af4-8d4a-a63924c5e9d5";

describeWithPowerShell("rounds of updates", (bench) => {
  test("an update that fails in each round with the same code is left out, after two rounds", async () => {
    const run = await beforeUpdates(bench(), [
      monthlyUpdate("2022"),
      { ...failing("5012345"), eula: true },
      failing("5034439"),
      { ...failing("5040437"), resultCode: 2 },
      { ...failing("5012001"), browseOnly: true },
      { ...failing("5012002"), canRequestUserInput: true },
      { ...failing("2267602"), categories: [definitionUpdates] },
      { ...failing("5044284"), categories: [upgrades] },
    ]);

    const first = await runStep(run, "20-windows-updates");
    expect(first.exitCode, first.stdout + first.stderr).toBe(3010);
    expect(linesOf(first)).toEqual(
      expect.arrayContaining([
        "Leaving out KB5034439: never installs unattended",
        "Leaving out KB5040437: denied",
        "Leaving out KB5012001: a preview",
        "Leaving out KB5012002: asks a person",
        "Leaving out KB2267602: a definition update",
        "Leaving out KB5044284: another Windows",
        "install failed (0x80070643): KB5012345",
        `install succeeded (0x00000000): ${monthlyUpdate("2022").title}`,
      ]),
    );

    const early = await complete(run);
    expect(early).toMatchObject({ class: "updates", cause: expect.stringContaining("wants one more restart") });
    expect(early?.cause).toContain("RebootPending, HKLM:");

    await run.machine.switchOff();
    await run.machine.start();
    const once = await complete(run);
    expect(once).toEqual({
      class: "updates",
      step: "25-updates-complete",
      cause:
        "1 updates are left after the last round: KB5012345 (deniedUpdates in config.ts is the way out): " +
        "KB5012345: install failed 0x80070643",
    });

    await round(run);
    const twice = await runStep(run, "25-updates-complete");
    expect(twice.exitCode, twice.stdout + twice.stderr).toBe(0);
    expect(outputOf(twice)).toContain(
      "WARNING: KB5012345 is left out: it fails unattended, in every round with 0x80070643.",
    );
    expect(await reportedLeftOut(run)).toEqual({
      KB5012345: "fails unattended",
      KB5034439: "never installs unattended",
      KB5040437: "denied",
      KB5012001: "a preview",
      KB5012002: "asks a person",
      KB2267602: "a definition update",
      KB5044284: "another Windows",
    });

    await round(run, ({ updates }) => {
      update(updates, "5012345").downloadFails = 0x80240438;
    });
    expect(await complete(run)).toMatchObject({
      class: "updates",
      cause: expect.stringMatching(/^1 updates are left .*: KB5012345: download failed 0x80240438$/),
    });
    await run.machine.remove();
  });

  test("Windows' own update, an update with another code each time and an aborted round fail the build", async () => {
    const monthly = { ...monthlyUpdate("2022"), resultCode: 4, hresult: installFails };
    const run = await beforeUpdates(bench(), [monthly, failing("5012346")]);
    await round(run);
    await round(run, ({ updates }) => {
      update(updates, "5012346").hresult = 0x80070005;
    });
    const failed = await complete(run);
    expect(failed).toMatchObject({
      class: "updates",
      cause: expect.stringContaining("2 updates are left after the last round: KB5099999, KB5012346 ("),
    });
    expect(failed?.cause).toContain(
      `${monthly.title}: install failed 0x80070643; KB5012346: install failed 0x80070005`,
    );

    await round(run, ({ refusals }) => {
      refusals.push({ command: "IUpdateDownloader.Download", message: "", hresult: 0x8024001e, times: 1 });
    });
    expect((await complete(run))?.cause).toContain("KB5012346: download aborted 0x8024001e");

    await round(run, ({ refusals }) => {
      refusals.push({ command: "IUpdateInstaller.Install", message: "", hresult: 0x80240016, times: 1 });
    });
    expect((await complete(run))?.cause).toContain("KB5012346: install aborted 0x80240016");
    await run.machine.remove();
  });
});

/** An update of no category whose installation fails; its title is its KB. */
function failing(kb: string): Update {
  return {
    kb,
    title: `KB${kb}`,
    categories: [],
    installed: false,
    browseOnly: false,
    resultCode: 4,
    hresult: installFails,
    raisesTo: null,
    needsRestarts: 0,
  };
}

function update(updates: Update[], kb: string): Update {
  const found = updates.find((each) => each.kb === kb);
  if (!found) throw new Error(`there is no update ${kb}`);
  return found;
}

async function beforeUpdates(bench: Workbench, updates: Update[]): Promise<Run> {
  const run = await runBefore(bench, layer, "20-windows-updates", packerDirectory);
  run.machine.change((state) => {
    state.updates = updates;
  });
  return run;
}

/** A round in which nothing that wants a restart is installed. */
async function round(run: Run, change: (state: MachineState) => void = () => {}): Promise<void> {
  run.machine.change(change);
  const step = await runStep(run, "20-windows-updates");
  expect(step.exitCode, step.stdout + step.stderr).toBe(0);
}

async function complete(run: Run): Promise<Failure | undefined> {
  return failureOf(await runStep(run, "25-updates-complete"));
}

/** What the image's report says of updates that are left out, by title. */
async function reportedLeftOut(run: Run): Promise<Record<string, string>> {
  const output = "C:\\eks-windows-images\\output";
  run.machine.write(`${output}\\tests.json`, JSON.stringify({ passed: 1, failed: 0, tests: [{ name: "one" }] }));
  run.machine.write(`${output}\\first-start.json`, "{}");
  const step = await runStep(run, "80-report");
  expect(step.exitCode, step.stdout + step.stderr).toBe(0);
  const report = JSON.parse(run.machine.read(`${output}\\report.json`).toString());
  const entries: { title: string; reason: string }[] = report.updatesLeftOut;
  return Object.fromEntries(entries.map(({ title, reason }) => [title, reason]));
}

function linesOf({ stdout }: StepRun): string[] {
  return stdout.split(/\r?\n/);
}
