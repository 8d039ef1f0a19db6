import { hour, second } from "../../functions/config/time.ts";
import { checkFastLaunches } from "./invariants/fast-launch.ts";
import { checkPlaces } from "./invariants/place-outcome.ts";
import { newRun, timeLimit } from "./runs.ts";
import type { Simulation } from "./simulation.ts";

/** Sends a message to the queue of triggers; now and then twice, late or never. */
export function triggerAfter(s: Simulation, milliseconds: number, body: string): void {
  const name = `trigger ${s.counts.runs} ${s.now()}`;
  const random = s.random.named(name);
  const delivery = s.isQuiet ? "once" : random.weighted({ once: 80, twice: 8, late: 7, never: 5 });
  if (delivery === "never") return;
  const late = delivery === "late" ? random.between(0, hour) : 0;
  s.after(milliseconds + late + 500, name, () => reconcileSoon(s, body));
  if (delivery === "twice") s.after(milliseconds + 30 * second, `${name} again`, () => reconcileSoon(s, body));
}

/** Runs the function, unless its only execution is taken: then the message waits. Now and then two run at once. */
export function reconcileSoon(s: Simulation, body: string): void {
  const name = `run ${s.counts.runs + 1}`;
  const random = s.random.named(name);
  const busy = s.running("reconcile");
  if (busy > 1 || (busy === 1 && (s.isQuiet || random.chance(0.8)))) {
    s.after(20 * second, `wait for ${name} ${s.now()}`, () => reconcileSoon(s, body));
    return;
  }
  s.counts.runs += 1;
  const run = newRun(s, "reconcile", name);
  s.start(run, async () => {
    try {
      await s.functions.reconcile(body, () => run.startedAt + timeLimit - s.now());
      checkFastLaunches(s, run);
      checkPlaces(s, run);
    } catch (error) {
      if (!run.isDisturbed && !run.overlaps) s.violate("a run fails only if it could not read", `${error}`);
      s.tell(`it fails: ${error}`);
      // The queue shows the message again.
      s.after(30 * 60 * second, `${name} again`, () => reconcileSoon(s, body));
    }
  });
}
