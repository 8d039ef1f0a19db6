import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { windowsPowerShell, withoutPowerShell } from "../../local/windows/settings.ts";
import { recipeScripts } from "../packer/powershell.ts";
import { randomOf } from "../random.ts";
import { openJudge, type Verdict } from "./mutants/judge.ts";
import { type Mutant, mutantsOf } from "./mutants/mutations.ts";

const usage = `node test/windows/mutants.ts [options]
  --seed N       which mutants are chosen; default: 14
  --count N      how many; default: 60
  --only LIST    judge these of them, counted from 1, such as 1-5,9; default: all
  --results FILE where verdicts are kept; what is judged already is not judged again
  --list         choose only`;

// How good are the tests of the scripts? Chooses mutants at random, lets each meet the tests of its own script, and says
// which of them no test catches. Hours for 60, therefore run by hand.

type Judged = Mutant & Verdict;

const recipe = /^(modules|scripts|sysprep)\/|^(proof|harvest)\/scripts\//;

function chooseMutants(seed: number, count: number): Mutant[] {
  const scripts = recipeScripts().filter(({ path }) => recipe.test(path) && !path.endsWith(".psd1"));
  const all = scripts.flatMap(mutantsOf);
  const random = randomOf(seed).next;
  return all
    .map((mutant) => ({ mutant, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .slice(0, count)
    .map(({ mutant }) => mutant);
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      seed: { type: "string", default: "14" },
      count: { type: "string", default: "60" },
      only: { type: "string" },
      results: { type: "string" },
      list: { type: "boolean", default: false },
    },
  });
  const say = (line: string) => void stdout.write(`${line}\n`);
  const mutants = chooseMutants(Number(values.seed), Number(values.count));
  if (values.list) {
    for (const [index, mutant] of mutants.entries()) say(told(index, mutant));
    return;
  }

  const powershell = windowsPowerShell();
  if (!powershell) throw new Error(withoutPowerShell);
  const results = values.results ?? join(tmpdir(), `mutants-${values.seed}.json`);
  const judged: Judged[] = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : [];
  const verdictOn = (mutant: Mutant) =>
    judged.find(({ path, what, start }) => path === mutant.path && what === mutant.what && start === mutant.start);
  const wanted = values.only?.split(",").map((part) => part.split("-").map(Number)) ?? [[1, mutants.length]];
  const isWanted = (index: number) => wanted.some(([first = 0, last = first]) => first <= index && index <= last);
  const judge = await openJudge(powershell);
  try {
    for (const mutant of mutants.filter((_mutant, index) => isWanted(index + 1))) {
      if (!verdictOn(mutant)) {
        judged.push({ ...mutant, ...(await judge.judge(mutant)) });
        writeFileSync(results, JSON.stringify(judged, null, 2));
      }
      const { caughtBy, seconds } = verdictOn(mutant) as Judged;
      say(
        `${told(mutants.indexOf(mutant), mutant)}\n   ${caughtBy ? `caught by ${caughtBy}` : "SURVIVED"} (${seconds} s)`,
      );
    }
  } finally {
    await judge.close();
  }
  const verdicts = mutants.flatMap((mutant) => verdictOn(mutant) ?? []);
  say(
    `${verdicts.filter(({ caughtBy }) => caughtBy).length} of ${verdicts.length} judged mutants were caught; verdicts: ${results}`,
  );
}

function told(index: number, { path, line, what }: Mutant): string {
  return `${index + 1}. ${path}:${line} ${what}`;
}

try {
  await run();
} catch (error) {
  stderr.write(`${(error as Error).message}\n\n${usage}\n`);
  process.exitCode = 1;
}
