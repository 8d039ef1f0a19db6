import { expect, test } from "vitest";
import { createBehaviour, leave, QUIET } from "../../../local/model/behaviour.ts";
import { baseDisk } from "../../../local/model/disk.ts";
import { createMachine, type Machine } from "../../../local/model/machine.ts";
import { healthyResponse } from "../../../local/steps/healthy.ts";
import { stepFailing, sysprepFailing } from "../../../local/steps/results.ts";
import type { Settings } from "../../../local/steps/situation.ts";
import { eksImage, network, packer } from "../winrm/machine-room.ts";

function machine(tags: Record<string, string> = {}): Machine {
  const instance = { instanceId: "i-1", address: "127.77.0.4", imageId: "ami-1", tags, userData: "" };
  return createMachine(instance, baseDisk(eksImage));
}

function take(step: string, on: Machine, settings: Settings = {}) {
  const given = { WORK_DIRECTORY: "C:/work", DENIED_UPDATES: "[]", ...settings };
  return healthyResponse(step, { machine: on, settings: given, network: network(), packerDir: packer });
}

const sealing = { ...QUIET, stdout: "sealing", stopsItself: true };
const healthy = () => sealing;

test("without a rule a machine is healthy", async () => {
  expect(await createBehaviour().responseTo("90-sysprep", machine(), healthy)).toEqual(sealing);
});

test("a rule changes what it names and nothing else", async () => {
  const { behave, responseTo } = createBehaviour();
  behave({ step: "90-sysprep", ...sysprepFailing("it is not generalized") });

  const response = await responseTo("90-sysprep", machine(), healthy);

  expect(response).toMatchObject({ exitCode: 0, stdout: "sealing", stopsItself: false });
  expect(response.console).toEqual(["EKSWIN-FAILED sysprep 90-sysprep: it is not generalized"]);
});

test.each([{ exitCode: 1 }, { hang: true }, { dropConnection: true }])(
  "a step that a rule keeps from its end (%j) does nothing",
  async (rule) => {
    const { behave, responseTo } = createBehaviour();
    let done = false;
    behave({ step: "90-sysprep", ...rule });

    const response = await responseTo("90-sysprep", machine(), () => {
      done = true;
      return sealing;
    });

    expect(done).toBe(false);
    expect(response).toEqual({ ...QUIET, ...rule });
  },
);

test("a failed sysprep does not stop the machine", async () => {
  const { behave, responseTo } = createBehaviour();
  behave({ step: "90-sysprep", ...stepFailing("90-sysprep", "sysprep", "no task") });

  expect((await responseTo("90-sysprep", machine(), healthy)).stopsItself).toBe(false);
});

test("a rule holds for the machines it is meant for, as often as it says, until it is taken back", async () => {
  const { behave, responseTo } = createBehaviour();
  const exitCode = async (tags = {}) => (await responseTo("90-sysprep", machine(tags), healthy)).exitCode;
  const takeBack = behave({ step: /sysprep/, exitCode: 1, when: ({ tags }) => tags.variant === "a" });
  behave({ step: "90-sysprep", exitCode: 2, times: 1, when: ({ tags }) => tags.variant === "a" });

  expect(await exitCode()).toBe(0);
  expect(await exitCode({ variant: "a" })).toBe(2);
  expect(await exitCode({ variant: "a" })).toBe(1);
  takeBack();
  expect(await exitCode({ variant: "a" })).toBe(0);
});

test("a machine that a rule keeps down comes up once the rule is used up", () => {
  const { behave, staysDown } = createBehaviour();
  behave({ step: "restart", hang: true, times: 1 });

  expect([staysDown("boot", machine()), staysDown("restart", machine()), staysDown("restart", machine())]).toEqual([
    false,
    true,
    false,
  ]);
});

test("updates want a restart in the first round and are through in the second", async () => {
  const updated = machine();

  const first = await take("20-windows-updates", updated);
  leave(updated, first);
  const second = await take("20-windows-updates", updated);

  expect([first.exitCode, second.exitCode]).toEqual([3010, 0]);
});

test("a file that was not uploaded, or not whole, fails the step that looks", async () => {
  const settings = { UPLOADS: JSON.stringify({ "tests/a.ps1": "0".repeat(64) }) };
  const incomplete = machine();

  const missing = await take("10-files", incomplete, settings);
  incomplete.files.write(String.raw`c:\work\tests\a.ps1`, "half");
  const broken = await take("10-files", incomplete, settings);

  expect(missing).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("provision 10-files: tests/a.ps1 was not uploaded"),
  });
  expect(broken).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("download 10-files: tests/a.ps1 did not arrive whole"),
  });
});
