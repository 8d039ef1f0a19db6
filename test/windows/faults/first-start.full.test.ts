import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { hostPath } from "../../../local/windows/paths.ts";
import { type Run, runStep } from "../../../local/windows/run-order.ts";
import { runBefore } from "../../../local/windows/snapshots.ts";
import { describeWithPowerShell, packerDirectory } from "../runs.ts";
import { inWorkDirectory, readJson } from "./changes.ts";
import { type Failing, layer, testFaults } from "./faults.ts";
import { generalize, replaceLaunchAgent, sealed } from "./generalizing.ts";
import { outputOf } from "./in-turn.ts";

const script = "36-first-start";
const settings = { SKIP_REGIONAL_SETUP: "true" };
const answerFile = "C:\\ProgramData\\Amazon\\EC2Launch\\sysprep\\unattend.xml";
const kept = inWorkDirectory("output\\first-start.json");

/** What Windows sets at the first start in the pass in which it would otherwise ask a person. */
const ofSetup = (answers: string[] = []) => answers.filter((answer) => answer.startsWith("oobeSystem/"));
const shell = "oobeSystem/Microsoft-Windows-Shell-Setup";
const withoutRegion = [`${shell}/OOBE`, `${shell}/RegisteredOrganization`, `${shell}/RegisteredOwner`];

const faults: Failing[] = [
  {
    what: "fails if the launch agent's answer file is gone",
    script,
    settings,
    change: ({ machine }) => rmSync(hostPath(machine.prefix, answerFile)),
    failure: { class: "provision", cause: `${answerFile} is no answer file: ` },
  },
  {
    what: "fails if the answer file is none",
    script,
    settings,
    change: ({ machine }) => machine.write(answerFile, "<unattend"),
    failure: { class: "provision", cause: `${answerFile} is no answer file: ` },
  },
];

describeWithPowerShell("the first start of a node", (bench) => {
  testFaults(bench, () => layer, faults);

  test("36-first-start lets needless services start on demand, and that counts as wanted from then on", async () => {
    const run = await runBefore(bench(), layer, script, packerDirectory);
    run.machine.change(({ services }) => {
      services.MapsBroker = { ...services.Spooler, startMode: "Auto" } as typeof services.Spooler & object;
      services.PcaSvc = { ...services.Spooler, startMode: "Disabled" } as typeof services.Spooler & object;
    });

    const step = await runStep(run, script);

    expect(step.exitCode, step.stdout + step.stderr).toBe(0);
    expect(outputOf(step)).toContain("Spooler starts on demand only. A node prints nothing.");
    expect(outputOf(step)).toContain("2 services start on demand only.");
    const { services } = run.machine.state();
    expect([services.Spooler, services.MapsBroker, services.PcaSvc].map((each) => each?.startMode)).toEqual([
      "Manual",
      "Manual",
      "Disabled",
    ]);
    expect(services.containerd?.startMode).toBe("Auto");
    expect(readJson(run.machine, kept)).toEqual({
      manualServices: [
        { name: "MapsBroker", reason: expect.any(String) },
        { name: "Spooler", reason: "A node prints nothing." },
      ],
      skippedAnswers: [],
    });
    expect(wantedMode(run, "Spooler")).toBe("Manual");
    expect(wantedMode(run, "EventLog")).toBe("Auto");
    expect(run.machine.read(answerFile).toString()).toContain("International-Core");
    await run.machine.remove();
  });

  test("36-first-start goes on with a warning if Windows protects a service", async () => {
    const run = await runBefore(bench(), layer, script, packerDirectory);
    run.machine.change((state) => {
      state.refusals = [{ command: "Set-Service", target: "Spooler", message: "Access is denied." }];
    });

    const step = await runStep(run, script);

    expect(step.exitCode, step.stdout + step.stderr).toBe(0);
    expect(outputOf(step)).toContain("The service Spooler starts with Windows as before: Access is denied.");
    expect(readJson(run.machine, kept)).toEqual({ manualServices: [], skippedAnswers: [] });
    expect(wantedMode(run, "Spooler")).toBe("Auto");
    await run.machine.remove();
  });

  test("36-first-start leaves language and time zone to the image if that is wanted, also when it is repeated", async () => {
    const before = await runBefore(bench(), layer, script, packerDirectory);
    const run = { ...before, settings: { ...before.settings, ...settings } };

    const first = await runStep(run, script);
    const repeated = await runStep(run, script);

    expect(first.exitCode, first.stdout + first.stderr).toBe(0);
    expect(repeated.exitCode, repeated.stdout + repeated.stderr).toBe(0);
    expect(outputOf(first)).toContain("A node keeps the image's language and region at its first start.");
    expect(outputOf(first)).not.toContain("sets neither");
    const answers = run.machine.read(answerFile).toString();
    expect(answers).not.toContain("International-Core");
    // That of the pass before stays.
    expect(answers.match(/<TimeZone>/g)).toHaveLength(1);
    expect(answers).toContain("<HideEULAPage>");
    expect(readJson(run.machine, kept)).toEqual({
      manualServices: [{ name: "Spooler", reason: "A node prints nothing." }],
      skippedAnswers: ["language and region", "time zone"],
    });
    await run.machine.remove();
  });

  test.each(["v1", "v2 of 2023"] as const)("an image is sealed with what EC2Launch %s still sets", async (agent) => {
    const path = agent === "v1" ? "C:\\ProgramData\\Amazon\\EC2-Windows\\Launch\\Sysprep\\Unattend.xml" : answerFile;
    const run = await runBefore(bench(), layer, script, packerDirectory);
    await run.machine.switchOff();
    replaceLaunchAgent(run.machine, bench(), agent);
    const step = await runStep({ ...run, settings: { ...run.settings, ...settings } }, script);
    expect(step.exitCode, step.stdout + step.stderr).toBe(0);
    const answers = run.machine.read(path);
    await run.machine.remove();

    const { machine, state, failure } = await generalize(bench(), (built) => {
      replaceLaunchAgent(built, bench(), agent);
      built.write(path, answers);
    });

    expect(failure).toBeUndefined();
    expect(state).toMatchObject(sealed);
    expect(ofSetup(state.answers)).toEqual(withoutRegion);
    await machine.remove();
  });

  test("an image of the recipe as it is sets language and time zone as AWS's answer file says", async () => {
    const { machine, state } = await generalize(bench(), () => {});

    expect(ofSetup(state.answers)).toContain("oobeSystem/Microsoft-Windows-International-Core/UILanguage");
    expect(ofSetup(state.answers)).toContain(`${shell}/TimeZone`);
    await machine.remove();
  });

  test("a machine whose answer file is gone reports it instead of sealing itself", async () => {
    const { state, failure } = await generalize(bench(), (built) => {
      rmSync(hostPath(built.prefix, answerFile));
    });

    expect(failure).toMatchObject({
      class: "sysprep",
      cause: expect.stringContaining("The answer file cannot be read"),
    });
    expect(state.power).toBeUndefined();
  });
});

function wantedMode({ machine }: Run, service: string): string | undefined {
  const wanted = readJson(machine, inWorkDirectory("output\\settings.json")) as {
    kind: string;
    name: string;
    value: string;
  }[];
  return wanted.find(({ kind, name }) => kind === "service" && name === service)?.value;
}
