import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import type { History } from "./history.ts";
import { shrink } from "./shrink.ts";
import type { Share } from "./worker.ts";

const usage = `npm run simulate -- [--histories N] [--seed N] [--days N] [--cores N] [--mutant NAME]
  Plays N histories, each decided by a seed, from --seed on (1). With --seed alone it tells one history in words.
  In --days of each (6) things go wrong: 730 are two years.
  If one breaks a rule: its seed, and a shorter history that breaks the same rule, in words. Exit code 1.
  --mutant puts a fault into the functions (mutants.ts) and stops at the first history that finds it.`;

const { values } = parseArgs({
  options: {
    histories: { type: "string" },
    seed: { type: "string" },
    days: { type: "string" },
    cores: { type: "string" },
    mutant: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const histories = wholeNumber("histories", values.histories) ?? (values.seed === undefined ? 100 : undefined);
const seed = wholeNumber("seed", values.seed) ?? 1;
const days = wholeNumber("days", values.days);
const cores = wholeNumber("cores", values.cores) ?? availableParallelism();
if (values.help) say(usage);
else if (histories === undefined) await tell(seed);
else await playMany(seed, histories);

async function playMany(first: number, count: number): Promise<void> {
  const began = performance.now();
  const played: History[] = [];
  const broken: History[] = [];
  const workers = Array.from({ length: Math.min(cores, count) }, (_, number) => {
    const share: Share = {
      first: first + number,
      step: cores,
      count: Math.ceil((count - number) / cores),
      days,
      mutant: values.mutant,
    };
    const worker = workerOf(share);
    worker.on("message", (history: History) => {
      played.push(history);
      if (history.violations.length > 0) broken.push(history);
      if (values.mutant !== undefined && broken.length > 0) void worker.terminate();
      if (played.length % 100 === 0)
        say(`${played.length} of ${count} histories, ${rate(played.length, began)} a second`);
    });
    return new Promise<void>((resolve, reject) => {
      worker.once("error", reject);
      worker.once("exit", () => resolve());
    });
  });
  await Promise.all(workers);
  summarize(played, began);
  if (played.length < count && broken.length === 0)
    throw new Error(`only ${played.length} of ${count} histories were played`);
  const [worst] = broken.toSorted((a, b) => a.seed - b.seed);
  for (const { seed, violations } of broken) say(`seed ${seed}: "${violations[0]?.of}": ${violations[0]?.what}`);
  if (worst) process.exitCode = 1;
  if (worst && values.mutant === undefined) await tell(worst.seed);
}

function summarize(played: readonly History[], began: number): void {
  const total = (of: (history: History) => number) => played.reduce((sum, history) => sum + of(history), 0);
  const kinds = [...new Set(played.flatMap(({ faults }) => Object.keys(faults)))].toSorted();
  const faults = kinds.map((kind) => `${kind} ${total((one) => one.faults[kind] ?? 0)}`);
  const violations = total((one) => one.violations.length);
  say(
    `${played.length} histories, ${total(({ runs }) => runs)} runs, ${total(({ days }) => days)} days; faults: ${faults.join(", ")}; ` +
      `violations ${violations}; ${rate(played.length, began)} histories a second on ${cores} cores`,
  );
}

/** Tells one history in words; if it breaks a rule, the shortest one that does. */
async function tell(which: number): Promise<void> {
  const play = (without: ReadonlySet<string>) => playApart(which, without);
  const whole = await play(new Set());
  const { history, without } =
    whole.violations.length > 0 ? await shrink(whole, play) : { history: whole, without: new Set() };
  for (const line of history.told) say(line);
  if (whole.violations.length === 0) return say(`seed ${which}: nothing has happened that must not`);
  say(`seed ${which} without ${without.size} of ${whole.happenings.length} happenings: "${history.violations[0]?.of}"`);
  process.exitCode = 1;
}

/** In a thread of its own: functions remember what does not change any more, and the same history has it again. */
async function playApart(first: number, without: ReadonlySet<string>): Promise<History> {
  const share: Share = { first, count: 1, step: 1, days, mutant: values.mutant, isTold: true, without: [...without] };
  const worker = workerOf(share);
  const [history] = await once(worker, "message");
  await worker.terminate();
  return history as History;
}

function workerOf(share: Share): Worker {
  return new Worker(new URL("worker.ts", import.meta.url), { workerData: share });
}

function rate(count: number, began: number): string {
  return ((count * 1000) / (performance.now() - began)).toFixed(1);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @throws Error that says what was wrong */
function wholeNumber(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(given)) throw new Error(`--${name} ${given}: a whole number from 1 on\n${usage}`);
  return Number(given);
}
