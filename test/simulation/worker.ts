import { parentPort, workerData } from "node:worker_threads";
import { mutate } from "./mutants.ts";

/** Which histories a worker plays: `count` of them, from `first` on, in steps of `step`. */
export interface Share {
  first: number;
  count: number;
  step: number;
  /** In how many days of each things go wrong; undefined for {@link playHistory}'s own number. */
  days: number | undefined;
  /** The name of the mutant to play with. */
  mutant: string | undefined;
}

const { first, count, step, days, mutant } = workerData as Share;
// Before anything of the functions is loaded.
if (mutant !== undefined) mutate(mutant);
const { prepareProcess } = await import("./process.ts");
const { enter } = prepareProcess();
const { playHistory } = await import("./history.ts");
for (let number = 0; number < count; number++) {
  const { told: _, happenings: __, ...history } = await playHistory(first + number * step, { enter, days });
  parentPort?.postMessage(history);
}
// Timers of functions that were killed may still be waiting.
process.exit(0);
