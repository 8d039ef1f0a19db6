import { expect, test } from "vitest";
import { baseDisk } from "../../../local/model/disk.ts";
import { createMachine, type Machine } from "../../../local/model/machine.ts";
import { runStep } from "../../../local/steps/all-steps.ts";
import type { Settings } from "../../../local/steps/step-context.ts";
import { stepFailing, sysprepFailing } from "../../../local/steps/step-failures.ts";
import { applyResponse, silentResponse } from "../../../local/steps/step-response.ts";
import { createStepRules } from "../../../local/steps/step-rules.ts";
import { eksImage, network, packer } from "./recipe-builds.ts";

function machine(tags: Record<string, string> = {}): Machine {
  const instance = { instanceId: "i-1", address: "127.77.0.4", imageId: "ami-1", tags, userData: "" };
  return createMachine(instance, baseDisk(eksImage));
}

function run(step: string, on: Machine, settings: Settings = {}) {
  const given = { WORK_DIRECTORY: "C:/work", DENIED_UPDATES: "[]", ...settings };
  return runStep(step, { machine: on, settings: given, network: network(), packerDir: packer });
}

const sealing = { ...silentResponse, stdout: "sealing", stopsItself: true };
const healthy = () => sealing;

test("without a rule a step ends as its script does", async () => {
  expect(await createStepRules().responseTo("90-sysprep", machine(), healthy)).toEqual(sealing);
});

test("a rule changes only the parts of a response that it names", async () => {
  const { behave, responseTo } = createStepRules();
  behave({ step: "90-sysprep", ...sysprepFailing("it is not generalized") });

  const response = await responseTo("90-sysprep", machine(), healthy);

  expect(response).toMatchObject({ exitCode: 0, stdout: "sealing", stopsItself: false });
  expect(response.console).toEqual(["EKSWIN-FAILED sysprep 90-sysprep: it is not generalized"]);
});

test.each([{ exitCode: 1 }, { hang: true }, { dropConnection: true }])(
  "a step that a rule prevents from succeeding (%j) does nothing",
  async (rule) => {
    const { behave, responseTo } = createStepRules();
    let done = false;
    behave({ step: "90-sysprep", ...rule });

    const response = await responseTo("90-sysprep", machine(), () => {
      done = true;
      return sealing;
    });

    expect(done).toBe(false);
    expect(response).toEqual({ ...silentResponse, ...rule });
  },
);

test("a failed sysprep leaves the machine running", async () => {
  const { behave, responseTo } = createStepRules();
  behave({ step: "90-sysprep", ...stepFailing("90-sysprep", "sysprep", "no task") });

  expect((await responseTo("90-sysprep", machine(), healthy)).stopsItself).toBe(false);
});

test("a rule applies to its machines, as often as it says, until it is removed", async () => {
  const { behave, responseTo } = createStepRules();
  const exitCode = async (tags = {}) => (await responseTo("90-sysprep", machine(tags), healthy)).exitCode;
  const remove = behave({ step: /sysprep/, exitCode: 1, when: ({ tags }) => tags.variant === "a" });
  behave({ step: "90-sysprep", exitCode: 2, times: 1, when: ({ tags }) => tags.variant === "a" });

  expect(await exitCode()).toBe(0);
  expect(await exitCode({ variant: "a" })).toBe(2);
  expect(await exitCode({ variant: "a" })).toBe(1);
  remove();
  expect(await exitCode({ variant: "a" })).toBe(0);
});

test("a machine that a rule keeps down comes up once the rule has been used up", () => {
  const { behave, staysDown } = createStepRules();
  behave({ step: "restart", hang: true, times: 1 });

  expect([staysDown("boot", machine()), staysDown("restart", machine()), staysDown("restart", machine())]).toEqual([
    false,
    true,
    false,
  ]);
});

test("updates need a restart after the first round and are complete in the second", async () => {
  const updated = machine();

  const first = await run("20-windows-updates", updated);
  applyResponse(updated, first);
  const second = await run("20-windows-updates", updated);

  expect([first.exitCode, second.exitCode]).toEqual([3010, 0]);
});

test("10-files fails if a file is missing or incomplete", async () => {
  const settings = { UPLOADS: JSON.stringify({ "tests/a.ps1": "0".repeat(64) }) };
  const incomplete = machine();

  const missing = await run("10-files", incomplete, settings);
  incomplete.files.write(String.raw`c:\work\tests\a.ps1`, "half");
  const broken = await run("10-files", incomplete, settings);

  expect(missing).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("provision 10-files: tests/a.ps1 was not uploaded"),
  });
  expect(broken).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("download 10-files: tests/a.ps1 did not arrive whole"),
  });
});
