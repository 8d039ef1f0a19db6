import { expect, test } from "vitest";
import { stepFailing, sysprepFailing } from "../../../local/recordings/failures.ts";
import { createMachine, type Machine } from "../../../local/winrm/machine.ts";
import { createRules } from "../../../local/winrm/rules.ts";
import { fixtureWindows } from "./fixture-windows.ts";

const network = { download: async () => Buffer.alloc(0), upload: async () => {}, close: () => {} };
const windows = await fixtureWindows("", {
  userData: "",
  packerDir: "",
  network,
  print: () => {},
  now: () => new Date(),
});

function machine(tags: Record<string, string> = {}): Machine {
  return createMachine({ instanceId: "i-1", address: "127.77.0.4", imageId: "ami-1", tags, userData: "" }, windows, "");
}

const healthy = async () => ({ exitCode: 0, stdout: "sealing", stderr: "" });

test("a rule changes only the parts of an ending that it names", async () => {
  const { behave, endingOf } = createRules();
  behave({ step: "90-sysprep", ...sysprepFailing("it is not generalized") });

  expect(await endingOf("90-sysprep", machine(), healthy)).toMatchObject({
    exitCode: 0,
    stdout: "sealing",
    staysOn: true,
    console: ["EKSWIN-FAILED sysprep 90-sysprep: it is not generalized"],
  });
});

test.each([
  stepFailing("90-sysprep", "sysprep", "no task"),
  { hang: true },
  { dropConnection: true },
  { garbage: true },
])("a script that a rule prevents from succeeding (%j) does nothing", async (rule) => {
  const { behave, endingOf } = createRules();
  let done = false;
  behave({ step: "90-sysprep", ...rule });

  const ending = await endingOf("90-sysprep", machine(), () => {
    done = true;
    return healthy();
  });

  expect(done).toBe(false);
  expect(ending).toMatchObject({ stdout: "", ...rule });
});

test("a rule applies to its machines, as often as it says, until it is removed", async () => {
  const { behave, endingOf } = createRules();
  const exitCode = async (tags = {}) => (await endingOf("90-sysprep", machine(tags), healthy)).exitCode;
  const remove = behave({ step: /sysprep/, exitCode: 1, when: ({ tags }) => tags.variant === "a" });
  behave({ step: "90-sysprep", exitCode: 2, times: 1, when: ({ tags }) => tags.variant === "a" });

  expect(await exitCode()).toBe(0);
  expect(await exitCode({ variant: "a" })).toBe(2);
  expect(await exitCode({ variant: "a" })).toBe(1);
  remove();
  expect(await exitCode({ variant: "a" })).toBe(0);
});

test("a machine that a rule keeps down comes up once the rule has been used up", () => {
  const { behave, startOf } = createRules();
  behave({ step: "restart", hang: true, times: 1 });

  const starts = (["boot", "restart", "restart"] as const).map((why) => startOf(why, machine()).staysDown);

  expect(starts).toEqual([false, true, false]);
});

test("a rule slows the starts of its machines, as often as it says", () => {
  const { behave, startOf } = createRules();
  behave({ step: "boot", pace: 2, times: 1, when: ({ tags }) => tags.Name === "proof" });

  const paces = ["build", "proof", "proof"].map((Name) => startOf("boot", machine({ Name })).pace);

  expect(paces).toEqual([undefined, 2, undefined]);
});
