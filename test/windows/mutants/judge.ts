import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory } from "../../../local/tools/cache.ts";
import { guestPath } from "../../../local/windows/paths.ts";
import { copyPrefix, pristinePrefix } from "../../../local/windows/prefix.ts";
import { surroundingsIn } from "../../../local/windows/settings.ts";
import { copyRepository } from "../../repository-copy.ts";
import { type Mutant, mutated } from "./mutations.ts";
import { type TestsOf, testsOf } from "./tests-of-scripts.ts";

/** What met a mutant: the name of the test that failed, or why there was none to fail. */
export type Verdict = { caughtBy?: string; seconds: number };

export type Judge = {
  judge: (mutant: Mutant) => Promise<Verdict>;
  close: () => Promise<void>;
};

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** The rules that every script follows, below `test/`. */
const rules = "packer/scripts.test.ts";
/** A mutant that runs longer hangs, which a person would notice. */
const limitMinutes = 40;

/** Tests mutants in a copy of this repository, so that the original stays as it is. */
export async function openJudge(powershell: string): Promise<Judge> {
  const directory = mkdtempSync(join(tmpdir(), "mutants-"));
  const [copy, temporary, prefix] = ["repository", "tmp", "prefix"].map((name) => join(directory, name)) as Three;
  mkdirSync(temporary);
  copyRepository(copy);
  copyPrefix(await pristinePrefix({ cache: cacheDirectory(), log: () => {} }, powershell, 20348), prefix);
  const known = new Map<string, string[]>();

  /** Names of the unit tests of a file that fail. */
  async function failingUnits(name: string): Promise<string[]> {
    const file = guestPath(join(copy, `test/pester/${name}.Tests.ps1`));
    const text = `Import-Module Pester -RequiredVersion 5.7.1; $c = New-PesterConfiguration; $c.Run.Path = '${file}'
      $c.Run.PassThru = $true; $c.Output.Verbosity = 'None'; $run = Invoke-Pester -Configuration $c
      "ran $($run.TotalCount)"; $run.Failed | ForEach-Object { "failed $($_.ExpandedPath)" }
      $run.FailedContainers + $run.FailedBlocks | ForEach-Object { "failed $_" }; exit 0`;
    const output = await toItsEnd(powershell, ["-Command", text], { cwd: copy, env: surroundingsIn({ prefix }) });
    if (output !== undefined && !/^ran \d/m.test(output)) return [`${name}.Tests.ps1 does not run: ${output.trim()}`];
    return output === undefined ? ["hangs"] : [...output.matchAll(/^failed (.*?)\r?$/gm)].map(([, test = ""]) => test);
  }

  async function unitTests(names: string[]): Promise<string | undefined> {
    for (const name of names) {
      const caught = (await failingUnits(name)).find((test) => !known.get(name)?.includes(test));
      if (caught) return caught;
    }
    return undefined;
  }

  /** The first test that fails. Tests of one file share machines and go on after a failure, files do not. */
  async function runs(names: string[]): Promise<string | undefined> {
    for (const name of names) {
      const report = join(directory, "report.json");
      rmSync(report, { force: true });
      const output = ["--bail", "1", "--reporter", "json", "--outputFile", report];
      const mode = name.includes(".full.") ? ["--mode", "full"] : [];
      const parameters = ["run", ...mode, `test/${name}`, ...output];
      const env = { ...process.env, TMPDIR: temporary };
      const ended = await toItsEnd(join(root, "node_modules/.bin/vitest"), parameters, { cwd: copy, env });
      await stopMachines();
      if (ended === undefined) return "hangs";
      const told: Report | undefined = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : undefined;
      if (!told?.testResults.length) throw new Error(`test/${name} did not run:\n${ended}`);
      const failed = firstFailure(told);
      if (failed) return failed;
    }
    return undefined;
  }

  async function stopMachines(): Promise<void> {
    const prefixes = readdirSync(temporary, { recursive: true, encoding: "utf8" }).filter((path) =>
      /^[^/]+(\/[^/]+)?$/.test(path),
    );
    for (const path of prefixes.filter((each) => existsSync(join(temporary, each, "drive_c"))))
      await toItsEnd("wineserver", ["-k"], { cwd: copy, env: surroundingsIn({ prefix: join(temporary, path) }) });
    rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    mkdirSync(temporary);
  }

  /**
   * What fails without any mutant says nothing about one.
   * @throws Error if a test of the rules fails without a mutant
   */
  async function learn({ pester }: TestsOf): Promise<void> {
    for (const name of pester) if (!known.has(name)) known.set(name, await failingUnits(name));
    if (!known.has(rules)) known.set(rules, [(await runs([rules])) ?? ""].filter(Boolean));
    if (known.get(rules)?.length) throw new Error(`without any mutant fails: ${known.get(rules)}`);
  }

  async function judge(mutant: Mutant): Promise<Verdict> {
    const tests = testsOf(mutant.path);
    await learn(tests);
    const file = join(copy, "packer", mutant.path);
    const text = readFileSync(file, "utf8");
    const start = performance.now();
    writeFileSync(file, mutated(text, mutant));
    try {
      const caughtBy =
        (await runs([rules])) ??
        (await unitTests(tests.pester)) ??
        (await runs(tests.runs.map((name) => `windows/${name}.full.test.ts`)));
      return { caughtBy, seconds: Math.round((performance.now() - start) / 1000) };
    } finally {
      writeFileSync(file, text);
    }
  }

  async function close(): Promise<void> {
    await toItsEnd("wineserver", ["-k"], { cwd: copy, env: surroundingsIn({ prefix }) });
    rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }

  return { judge, close };
}

type Three = [string, string, string];

type Report = {
  testResults: {
    name: string;
    message: string;
    status: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
};

function firstFailure({ testResults }: Report): string | undefined {
  const test = testResults.flatMap((file) => file.assertionResults).find(({ status }) => status === "failed");
  const file = testResults.find(({ status }) => status === "failed");
  return test?.fullName ?? (file && `${file.name}: ${file.message.split("\n")[0]}`);
}

/** What a program printed; undefined if it did not end in time, then it is ended with all that it has started. */
async function toItsEnd(
  program: string,
  parameters: string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<string | undefined> {
  const running = spawn(program, parameters, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [running.stdout, running.stderr]) stream.on("data", (data) => (output += data));
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    if (running.pid) process.kill(-running.pid, "SIGKILL");
  }, limitMinutes * 60_000);
  await once(running, "exit");
  clearTimeout(timer);
  return isLate ? undefined : output;
}
