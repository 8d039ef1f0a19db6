import { expect, test } from "vitest";
import { orderOfBuild, scriptOf } from "../../../local/windows/packer-order.ts";
import { runScript } from "../../../local/windows/run-order.ts";
import { runBefore } from "../../../local/windows/snapshots.ts";
import type { App, MachineState, Refusal } from "../../../local/windows/state.ts";
import { describeWithPowerShell, failureOf, packerDirectory } from "../runs.ts";
import { type Failing, layer, runFault, testFaults } from "./faults.ts";

const task = "eks-windows-images-generalize";
const script = "90-sysprep";

function failing(what: string, changes: Partial<MachineState>, cause: string): Failing {
  const change: Failing["change"] = ({ machine }) => machine.change((state) => Object.assign(state, changes));
  return { what, script, change, failure: { class: "sysprep", cause } };
}

const faults = [
  failing(
    "fails if Windows refuses its task",
    { refusals: [{ command: "Register-ScheduledTask", message: "Access is denied." }] },
    "Access is denied.",
  ),
  failing(
    "fails if its task is registered and cannot run",
    { registered: "disabled" },
    `The task ${task}, which generalizes Windows, is Disabled with 1 triggers instead of ready with one.`,
  ),
  failing(
    "fails if its task is registered and will not start",
    { registered: "untriggered" },
    `The task ${task}, which generalizes Windows, is Ready with 0 triggers instead of ready with one.`,
  ),
  failing(
    "fails if its task is registered and not there",
    { refusals: [{ command: "Get-ScheduledTask", target: task, message: "The system cannot find the file." }] },
    `The task ${task}, which generalizes Windows, was registered and is not there.`,
  ),
];

function app(name: string, more: Partial<App> = {}): App {
  return { name, packageFullName: `${name}_1.0_x64`, provisioned: false, forUser: "Administrator", ...more };
}

const apps = [
  app("Provisioned", { provisioned: true }),
  app("OfOneUser"),
  app("Fixed", { fixed: true }),
  app("Framework", { framework: true }),
  app("Resource", { resource: true }),
  app("OfWindows", { signatureKind: "System" }),
];

describeWithPowerShell("what prepares generalizing", (bench) => {
  testFaults(bench, () => layer, faults);

  test("90-sysprep schedules one run as SYSTEM, at the priority of programs in use", async () => {
    const { step, run } = await runFault(bench(), layer, { what: "", script });

    expect(step.exitCode, step.stdout + step.stderr).toBe(0);
    const made = run.machine.state().tasks[`\\${task}`];
    expect(made?.state).toBe("Ready");
    expect(made?.xml).toContain("<Priority>4</Priority>");
    expect(made?.xml).toContain("<UserId>S-1-5-18</UserId>");
    expect(made?.xml).toContain("<RunLevel>HighestAvailable</RunLevel>");
    expect(made?.xml.match(/<TimeTrigger>/g)).toHaveLength(1);
  });

  test("85-appx removes the apps of users, and goes on without those that it cannot remove", async () => {
    const { step, state } = await runAppx({ apps });

    expect(step.exitCode, step.stdout + step.stderr).toBe(0);
    expect(step.stdout).toContain("OfOneUser_1.0_x64 is removed.");
    expect(step.stdout).toMatch(/WARNING: Fixed_1\.0_x64 stays: .*0x80073CFA, Removal failed/);
    expect(step.stdout).toContain("2 apps were not there for all users.");
    expect(state.apps).toEqual(apps.filter(({ name }) => name !== "OfOneUser"));
  });

  test("85-appx fails if Windows does not list its apps", async () => {
    const refusal: Refusal = { command: "Get-AppxProvisionedPackage", message: "The parameter is incorrect." };
    const { step } = await runAppx({ apps, refusals: [refusal] });

    expect(step.exitCode).toBe(1);
    expect(failureOf(step)).toEqual({ class: "sysprep", step: "85-appx", cause: "The parameter is incorrect." });
  });

  /** Runs the step, which Packer runs on editions with a desktop only. */
  async function runAppx(changes: Partial<MachineState>) {
    const run = await runBefore(bench(), layer, script, packerDirectory);
    run.machine.change((state) => Object.assign(state, changes));
    const action = orderOfBuild("layer", "Full").actions.find((each) => scriptOf(each) === "85-appx");
    if (!action || !("script" in action)) throw new Error("Packer runs no 85-appx");
    const step = await runScript(run, action);
    await run.machine.switchOff();
    return { step, state: run.machine.state() };
  }
});
