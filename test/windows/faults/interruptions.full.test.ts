import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Run, runStep, type StepRun } from "../../../local/windows/run-order.ts";
import { runBefore } from "../../../local/windows/snapshots.ts";
import { describeWithPowerShell, packerDirectory } from "../runs.ts";
import { inWorkDirectory, readJson } from "./changes.ts";
import { configuration, limitDownloads, limitKey } from "./containerd-changes.ts";
import { layer } from "./faults.ts";

type Interruption = {
  script: string;
  /** What the script has done when the machine restarts. */
  until: (run: Run) => boolean;
  prepare?: (run: Run) => void;
  left: (run: Run) => void;
};

const kubelet = "C:\\Program Files\\kubernetes\\kubelet.exe";

const interruptions: Interruption[] = [
  {
    script: "20-windows-updates",
    until: ({ machine }) => machine.state().updates.some(({ waits }) => waits),
    // Servicing goes on for longer than the test takes to see it.
    prepare: ({ machine }) => machine.change((state) => Object.assign(state.processes, { TiWorker: 6 })),
    left: ({ machine }) => expect(machine.state().updates).toMatchObject([{ installed: true, waits: false }]),
  },
  {
    script: "33-kubernetes",
    until: ({ machine }) => binaries(machine).some(({ path, from }) => path === kubelet && from === "download"),
    left: ({ machine }) =>
      expect(binaries(machine)).toContainEqual({ path: kubelet, version: "1.35.8", from: "download" }),
  },
  {
    script: "40-containerd",
    prepare: limitDownloads("1.7.36"),
    until: ({ machine }) => machine.read(configuration).includes("certs.d"),
    left: ({ machine }) =>
      expect(readJson(machine, inWorkDirectory("output\\containerd-config.json"))).toEqual([
        { key: limitKey("1.7.36"), before: "7", after: "3" },
      ]),
  },
];

describeWithPowerShell("a machine that restarts in the middle of a script, which Packer then repeats", (bench) => {
  test.each(interruptions)("$script does its work all the same", async ({ script, until, prepare, left }) => {
    const run = await runBefore(bench(), layer, script, packerDirectory);
    prepare?.(run);

    await interrupt(run, script, () => until(run));
    await run.machine.start();
    const repeated = await runStep(run, script);

    expect(repeated.exitCode, repeated.stdout + repeated.stderr).toBe(0);
    left(run);
    await run.machine.switchOff();
  });
});

/** Runs the script until the machine loses its power. */
async function interrupt(run: Run, script: string, isDone: () => boolean): Promise<void> {
  let ended: StepRun | undefined;
  // Without power, there is no answer.
  const running = runStep(run, script).then(
    (step) => {
      ended = step;
    },
    () => {},
  );
  while (!isTrue(isDone)) {
    if (ended) throw new Error(`${script} ended before it did what was waited for: ${ended.stdout}`);
    await setTimeout(20);
  }
  await run.machine.switchOff();
  await running;
}

/** What is looked at may not be there yet, or half written. */
function isTrue(condition: () => boolean): boolean {
  try {
    return condition();
  } catch {
    return false;
  }
}

type Binary = { path: string; version: string; from: string };

function binaries(machine: Run["machine"]): Binary[] {
  return readJson(machine, inWorkDirectory("output\\binaries.json")) as Binary[];
}
