import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NetworkFailure } from "../../../local/windows/network.ts";
import { hostPath } from "../../../local/windows/paths.ts";
import { type Run, runStep, type StepRun } from "../../../local/windows/run-order.ts";
import type { MachineState } from "../../../local/windows/state.ts";
import type { Workbench } from "../../../local/windows/workbench.ts";
import { expectFailure } from "../runs.ts";

type Content = string | Buffer;

/** What is otherwise than usual in one run of a script. */
export type Case = {
  /** Completes "<script> …". */
  what: string;
  state?: (state: MachineState) => void;
  /** By path on drive C:, the content, null if the file or folder is missing, or what becomes of the content. */
  files?: Record<string, Content | null | ((content: string, bench: Workbench) => Content)>;
  settings?: Record<string, string>;
  network?: NetworkFailure[] | ((bench: Workbench) => NetworkFailure[]);
};

export type FailingCase = Case & { failure: { class: string; cause: string } };

/** `says`: texts of the output, in which white space is one space. `leaves` looks at the machine afterwards. */
export type PassingCase = Case & { says: string[]; leaves?: (run: Run) => unknown };

export type InTurn = {
  script: string;
  /** A machine on which the script can run. */
  start: (bench: Workbench) => Promise<Run>;
  /** Files and folders that the script itself changes. */
  changes?: string[];
  cases: (FailingCase | PassingCase)[];
};

/**
 * One test a case, all on one machine: a run of a script takes less than a machine's copy and start. State and files
 * are as before after each.
 */
export function testInTurn(bench: () => Workbench, { script, start, changes = [], cases }: InTurn): void {
  describe(script, () => {
    let run: Run;
    beforeAll(async () => {
      run = await start(bench());
    });
    afterAll(() => run?.machine.remove());
    test.each(cases)("$what", async (one) => {
      const restore = setAside(bench(), run, [...Object.keys(one.files ?? {}), ...changes]);
      try {
        change(bench(), run, one);
        const step = await runStep({ ...run, settings: { ...run.settings, ...one.settings } }, script);
        await judge(step, one, run);
      } finally {
        bench().surroundings.recover();
        restore();
      }
    });
  });
}

/** The output of a script on one line. PowerShell breaks the lines of warnings. */
export function outputOf({ stdout, stderr }: StepRun): string {
  return `${stdout} ${stderr}`.replaceAll(/\s+/g, " ");
}

function change(bench: Workbench, { machine }: Run, { state, files = {}, network = [] }: Case): void {
  for (const [path, content] of Object.entries(files)) {
    if (content === null) rmSync(hostPath(machine.prefix, path), { recursive: true, force: true });
    else if (typeof content === "function") machine.write(path, content(readIfThere(machine, path), bench));
    else machine.write(path, content);
  }
  if (state) machine.change(state);
  const failures = typeof network === "function" ? network(bench) : network;
  for (const failure of failures) bench.surroundings.failWith(failure);
}

function readIfThere(machine: Run["machine"], path: string): string {
  return existsSync(hostPath(machine.prefix, path)) ? machine.read(path).toString("utf8") : "";
}

async function judge(step: StepRun, one: FailingCase | PassingCase, run: Run): Promise<void> {
  if ("failure" in one) {
    expectFailure(step, one.failure);
    return;
  }
  expect(step.exitCode, step.stdout + step.stderr).toBe(0);
  for (const text of one.says) expect(outputOf(step)).toContain(text);
  await one.leaves?.(run);
}

/** Copies files, folders and the state; what is returned puts them back. */
function setAside(bench: Workbench, { machine }: Run, paths: string[]): () => void {
  const aside = bench.newPath("aside");
  mkdirSync(aside);
  const all = [...paths, "C:\\windows-model\\state.json"].map((path, index) => {
    const from = hostPath(machine.prefix, path);
    const to = join(aside, `${index}`);
    if (existsSync(from)) cpSync(from, to, { recursive: true });
    return { from, to };
  });
  return () => {
    for (const { from, to } of all) {
      rmSync(from, { recursive: true, force: true });
      if (existsSync(to)) cpSync(to, from, { recursive: true });
    }
  };
}
