import { second } from "../../functions/config/time.ts";
import { type Fault, faults, type Run, type Simulation } from "./simulation.ts";

/** Lambda's time limit of `reconcile`, in milliseconds. No invocation of either function lasts longer. */
export const timeLimit = 300 * second;

/** An invocation that begins now, with what will go wrong in it. */
export function newRun(s: Simulation, of: Run["of"], name: string): Run {
  return {
    of,
    name,
    startedAt: s.now(),
    configuration: s.configuration,
    calls: 0,
    waiting: 0,
    faults: s.isQuiet ? new Map() : faultsOf(s, name),
    looked: new Map(),
    stood: { call: 0, milliseconds: 0 },
    hesitates: false,
    isDisturbed: false,
    overlaps: false,
    isDead: false,
  };
}

/** A third of all runs meets with trouble. It has a name of its own, so that a history can go without it. */
function faultsOf(s: Simulation, run: string): Map<number, Fault> {
  const name = `faults of ${run}`;
  const random = s.random.named(name);
  if (!random.chance(0.35) || s.without.has(name)) return new Map();
  s.happenings.push(name);
  const found = new Map<number, Fault>();
  for (let count = random.whole(1, 4); count > 0; count--) {
    const call = random.whole(1, 40);
    found.set(call, random.pick(faults));
  }
  return found;
}
