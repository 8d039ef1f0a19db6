import { existsSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import type { Machine } from "../../../local/windows/machine.ts";
import { hostPath } from "../../../local/windows/paths.ts";
import { type Run, runStep } from "../../../local/windows/run-order.ts";
import { runBefore } from "../../../local/windows/snapshots.ts";
import { describeWithPowerShell, expectFailure, packerDirectory } from "../runs.ts";
import { inWorkDirectory, readJson } from "./changes.ts";
import { layer } from "./faults.ts";
import { generalize, sealed } from "./generalizing.ts";
import { outputOf } from "./in-turn.ts";

const file = "C:\\pagefile.sys";
const usual = "?:\\pagefile.sys";
const key = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management";
const kept = inWorkDirectory("output\\page-file.json");

const isThere = ({ prefix }: Machine, path = file) => existsSync(hostPath(prefix, path));

async function settingOn(machine: Machine): Promise<string> {
  return (await machine.administer(`(Get-Item -Path '${key}').GetValue('PagingFiles') -join '; '`)).trim();
}

async function set(machine: Machine, setting: string): Promise<void> {
  await machine.administer(`Set-ItemProperty -Path '${key}' -Name PagingFiles -Value ${setting} -Type MultiString`);
}

async function passes(run: Run, script: string): Promise<string> {
  const step = await runStep(run, script);
  expect(step.exitCode, step.stdout + step.stderr).toBe(0);
  return outputOf(step);
}

async function restart({ machine }: Run): Promise<void> {
  await machine.switchOff();
  await machine.start();
}

describeWithPowerShell("the page file", (bench) => {
  test("is no part of the image, and a node makes its own at its first start", async () => {
    const { machine, state, failure } = await generalize(bench(), () => {});

    expect(failure).toBeUndefined();
    expect(state).toMatchObject(sealed);
    expect(isThere(machine)).toBe(false);
    await machine.start();
    expect(isThere(machine)).toBe(true);
    expect(await settingOn(machine)).toBe(usual);
    await machine.remove();
  });

  test("is given back as it was, although Packer repeats both steps", async () => {
    const run = await runBefore(bench(), layer, "60-custom", packerDirectory);
    await set(run.machine, "'C:\\pagefile.sys 1024 4096', 'C:\\second.sys 0 0'");
    await restart(run);

    await passes(run, "60-custom");
    await passes(run, "60-custom");
    expect(await settingOn(run.machine)).toBe("");
    await restart(run);
    await passes(run, "65-page-file");
    const said = await passes(run, "65-page-file");

    expect(said).toContain("2 page files at its first start: C:\\pagefile.sys 1024 4096, C:\\second.sys 0 0");
    expect(isThere(run.machine)).toBe(false);
    expect(isThere(run.machine, "C:\\second.sys")).toBe(false);
    await run.machine.remove();
  });

  test("that a custom script wants is the one that a node makes", async () => {
    const run = await runBefore(bench(), layer, "60-custom", packerDirectory);
    run.machine.write(
      inWorkDirectory("custom\\10-memory.ps1"),
      `Set-ItemProperty -Path '${key}' -Name PagingFiles -Value 'C:\\pagefile.sys 8192 8192' -Type MultiString`,
    );

    await passes(run, "60-custom");
    await restart(run);
    await passes(run, "65-page-file");

    expect(await settingOn(run.machine)).toBe("C:\\pagefile.sys 8192 8192");
    await run.machine.remove();
  });

  test("that is off stays off", async () => {
    const run = await runBefore(bench(), layer, "60-custom", packerDirectory);
    await set(run.machine, "([string[]]@())");

    await passes(run, "60-custom");
    expect(await passes(run, "65-page-file")).toContain("A node makes 0 page files at its first start:");

    expect(await settingOn(run.machine)).toBe("");
    expect(isThere(run.machine, kept)).toBe(false);
    await run.machine.remove();
  });

  test("stays, with a warning, on a machine that may need it or that does not tell its memory", async () => {
    const run = await runBefore(bench(), layer, "60-custom", packerDirectory);
    run.machine.change((state) => {
      state.memoryGiB = 4;
    });
    expect(await passes(run, "60-custom")).toContain(
      "The page file becomes part of the image: the machine has too little memory to be without one",
    );
    run.machine.change((state) => {
      state.refusals = [{ command: "Get-CimInstance", target: "Win32_OperatingSystem", message: "Access is denied." }];
    });
    expect(await passes(run, "60-custom")).toContain("The page file becomes part of the image: Access is denied.");

    expect(await settingOn(run.machine)).toBe(usual);
    expect(isThere(run.machine, kept)).toBe(false);
    await run.machine.remove();
  });

  test("stays, with a warning, if Windows does not delete it, and is given back all the same", async () => {
    const run = await runBefore(bench(), layer, "65-page-file", packerDirectory);
    rmSync(hostPath(run.machine.prefix, file), { force: true });
    run.machine.write(`${file}\\in-use`, "");

    expect(await passes(run, "65-page-file")).toContain(`${file} becomes part of the image: `);

    expect(await settingOn(run.machine)).toBe(usual);
    await run.machine.remove();
  });

  test("is tested: an image whose nodes would have none fails", async () => {
    const run = await runBefore(bench(), layer, "70-verify", packerDirectory);
    expect(readJson(run.machine, kept)).toEqual([usual]);
    await set(run.machine, "([string[]]@())");

    const step = await runStep(run, "70-verify");

    expectFailure(step, { class: "test", cause: "Windows: gets its page files back at the next start" });
    await run.machine.remove();
  });
});
