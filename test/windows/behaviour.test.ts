import { expect, test } from "vitest";
import { createBehaviour, leave } from "../../local/windows/behaviour.ts";
import { baseDisk } from "../../local/windows/disk.ts";
import { healthyResponse } from "../../local/windows/healthy.ts";
import { createMachine, type Machine } from "../../local/windows/machine.ts";
import { stepFailing, sysprepFailing } from "../../local/windows/results.ts";

function machine(tags: Record<string, string> = {}): Machine {
  const instance = { instanceId: "i-1", address: "127.77.0.4", imageId: "ami-1", tags, userData: "" };
  return createMachine(instance, baseDisk("Windows_Server-2022-English-Core-EKS_Optimized-1.35"));
}

const healthy = healthyResponse("90-sysprep", machine(), {});

test("without a rule a machine is healthy", () => {
  expect(createBehaviour().responseTo("90-sysprep", machine(), healthy)).toMatchObject({
    exitCode: 0,
    stopsItself: true,
  });
});

test("a rule changes what it names and nothing else", () => {
  const { behave, responseTo } = createBehaviour();
  behave({ step: "90-sysprep", ...sysprepFailing("it is not generalized") });

  const response = responseTo("90-sysprep", machine(), healthy);

  expect(response).toMatchObject({ exitCode: 0, stdout: healthy.stdout, stopsItself: false });
  expect(response.console).toEqual(["EKSWIN-FAILED sysprep 90-sysprep: it is not generalized"]);
});

test("a step that a rule lets fail changes nothing on the machine", () => {
  const { behave, responseTo } = createBehaviour();
  const updates = healthyResponse("20-windows-updates", machine(), {});
  behave({ step: "20-windows-updates", exitCode: 1 });

  expect(updates.changes).toMatchObject({ updates: ["KB5099999"] });
  expect(responseTo("20-windows-updates", machine(), updates).changes).toEqual({});
});

test("a failed sysprep does not stop the machine", () => {
  const { behave, responseTo } = createBehaviour();
  behave({ step: "90-sysprep", ...stepFailing("90-sysprep", "sysprep", "no task") });

  expect(responseTo("90-sysprep", machine(), healthy).stopsItself).toBe(false);
});

test("a rule holds for the machines it is meant for, as often as it says, until it is taken back", () => {
  const { behave, responseTo } = createBehaviour();
  const exitCode = (tags = {}) => responseTo("90-sysprep", machine(tags), healthy).exitCode;
  const takeBack = behave({ step: /sysprep/, exitCode: 1, when: ({ tags }) => tags.variant === "a" });
  behave({ step: "90-sysprep", exitCode: 2, times: 1, when: ({ tags }) => tags.variant === "a" });

  expect(exitCode()).toBe(0);
  expect(exitCode({ variant: "a" })).toBe(2);
  expect(exitCode({ variant: "a" })).toBe(1);
  takeBack();
  expect(exitCode({ variant: "a" })).toBe(0);
});

test("updates want a restart in the first round and are through in the second", () => {
  const updated = machine();

  const first = healthyResponse("20-windows-updates", updated, {});
  leave(updated, first);
  const second = healthyResponse("20-windows-updates", updated, {});

  expect([first.exitCode, second.exitCode]).toEqual([3010, 0]);
});

test("a file that was not uploaded, or not whole, fails the step that looks", () => {
  const settings = { WORK_DIRECTORY: "C:/work", UPLOADS: JSON.stringify({ "tests/a.ps1": "0".repeat(64) }) };
  const incomplete = machine();

  const missing = healthyResponse("10-files", incomplete, settings);
  incomplete.files.write(String.raw`c:\work\tests\a.ps1`, "half");
  const broken = healthyResponse("10-files", incomplete, settings);

  expect(missing).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("provision 10-files: tests/a.ps1 was not uploaded"),
  });
  expect(broken).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("download 10-files: tests/a.ps1 did not arrive whole"),
  });
});
