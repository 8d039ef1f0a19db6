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
  isTold?: boolean;
  /** The names of what does not happen. */
  without?: readonly string[];
}

const { first, count, step, days, mutant, isTold = false, without = [] } = workerData as Share;
// Before anything of the functions is loaded.
if (mutant !== undefined) mutate(mutant);
const { prepareProcess } = await import("./process.ts");
const { enter } = prepareProcess();
const { playHistory } = await import("./history.ts");
for (let number = 0; number < count; number++) {
  const how = { enter, days, isTold, without: new Set(without) };
  parentPort?.postMessage(await playHistory(first + number * step, how));
}
