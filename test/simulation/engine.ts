import { AsyncLocalStorage } from "node:async_hooks";
import { iso } from "../../functions/config/time.ts";
import { randomOf } from "../random.ts";
import { newLedger } from "./ledger.ts";
import type { Run, Simulation } from "./simulation.ts";

interface Planned {
  time: number;
  name: string;
  happen: () => void;
}

/** Of the simulation without the world that it begins with. */
export function newSimulation(
  seed: number,
  start: number,
  { isTold = false, without = new Set<string>() }: { isTold?: boolean; without?: ReadonlySet<string> } = {},
): Simulation {
  const planned: Planned[] = [];
  const active = new Map<Run, Promise<unknown>>();
  const waiting: { key: string; begin: () => void }[] = [];
  const store = new AsyncLocalStorage<Run>();
  const order = randomOf(seed).named("turns");
  let now = start;

  function takeDue(end: number): Planned | undefined {
    return planned[0] && planned[0].time <= end ? planned.shift() : undefined;
  }

  function pump(): void {
    const [next] = waiting.splice(order.whole(0, waiting.length), 1);
    next?.begin();
    if (waiting.length > 0) setImmediate(pump);
  }

  const simulation: Simulation = {
    random: randomOf(seed),
    account: undefined as never,
    places: new Map(),
    environment: undefined as never,
    configuration: undefined as never,
    upstream: undefined as never,
    starts: undefined as never,
    functions: undefined as never,
    becomeStricter: undefined as never,
    ledger: newLedger(),
    isQuiet: false,
    isCalm: false,
    outages: new Map(),
    counts: { runs: 0, requests: 0, faults: {} },
    violations: [],
    happenings: [],
    without,
    told: [],
    now: () => now,
    at(time, name, happen) {
      if (without.has(name)) return;
      const later = planned.findIndex((other) => other.time > time);
      planned.splice(later === -1 ? planned.length : later, 0, { time, name, happen });
    },
    after(milliseconds, name, happen) {
      simulation.at(now + milliseconds, name, happen);
    },
    apart: (happen) => store.exit(happen),
    pass(milliseconds) {
      const end = now + milliseconds;
      for (let due = takeDue(end); due; due = takeDue(end)) {
        now = Math.max(now, due.time);
        simulation.apart(due.happen);
      }
      now = Math.max(now, end);
    },
    async playUntil(end) {
      for (let due = takeDue(end); due; due = takeDue(end)) {
        now = Math.max(now, due.time);
        due.happen();
        while (active.size > 0) await Promise.all(active.values());
        if (simulation.violations.length > 0) return;
      }
      now = Math.max(now, end);
    },
    start(run, work) {
      const others = [...active.keys()];
      for (const one of others.length > 0 ? [run, ...others] : []) one.overlaps = true;
      // A run that fails leaves calls behind that are still waiting. In one process the next run could share them.
      const ends = store.run(run, work).finally(async () => {
        do await new Promise(setImmediate);
        while (run.waiting > 0);
        active.delete(run);
      });
      active.set(run, ends);
    },
    running: (of) => [...active.keys()].filter((run) => run.of === of).length,
    ambush: undefined,
    run: () => store.getStore(),
    turn(call, input) {
      return new Promise((begin) => {
        // In which order calls come depends on what the process has done before: they wait in the order of their words.
        const key = `${call} ${JSON.stringify(input)}`;
        const later = waiting.findIndex((other) => other.key > key);
        waiting.splice(later === -1 ? waiting.length : later, 0, { key, begin });
        if (waiting.length === 1) setImmediate(pump);
      });
    },
    violate(of, what) {
      simulation.violations.push({ of, what, at: now });
      simulation.tell(`VIOLATION of "${of}": ${what}`);
    },
    tell(what) {
      if (isTold) simulation.told.push(`${iso(now)} ${store.getStore()?.name ?? "the world"}: ${what}`);
    },
  };
  return simulation;
}
