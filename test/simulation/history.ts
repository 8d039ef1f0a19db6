import { day, hour, minute } from "../world.ts";
import { failingServices } from "./clients.ts";
import { changes, deploy } from "./deployments.ts";
import type { newSimulation } from "./engine.ts";
import { calmFastLaunch, fastLaunchDeeds } from "./fast-launch-deeds.ts";
import { firstWorld } from "./first-world.ts";
import { fleetDeeds, letRoll, modeOf, orderFirstRollouts } from "./fleet-deeds.ts";
import { ring, stagingAlarm } from "./fleets.ts";
import { checkOutcome } from "./invariants/outcome.ts";
import { call, deeds, endUse, resume } from "./people.ts";
import { calmPlaces, placeDeeds } from "./place-deeds.ts";
import type { Simulation, Violation } from "./simulation.ts";
import { reconcileSoon } from "./triggers.ts";
import { mendUpstream, publicParameters, releaseAmi, upstreamEvents } from "./upstream.ts";

/** How a history went. */
export interface History {
  seed: number;
  runs: number;
  days: number;
  faults: Record<string, number>;
  violations: Violation[];
  /** The names of everything that went wrong or changed, which a shorter history can go without. */
  happenings: string[];
  told: string[];
}

/** The days in which things go wrong, and those in which everything must come to rest. */
const eventful = 6;
const quiet = 8;
/** The hours at the end in which nothing may change. */
const calm = 12;

/** Plays one history. What is played now is the current one of the process: histories come one after another. */
export async function playHistory(
  seed: number,
  {
    days = eventful,
    enter,
    ...options
  }: { days?: number; enter: (s: Simulation) => void } & Parameters<typeof newSimulation>[2] & object,
): Promise<History> {
  const s = firstWorld(seed, options);
  enter(s);
  const start = s.now();
  planHappenings(s, start, days);
  const end = start + days * day;
  const last = end + quiet * day;
  planRuns(s, start, end, last);
  s.at(end, "quiet", () => becomeQuiet(s));
  await s.playUntil(last - calm * hour);
  if (s.violations.length === 0) checkOutcome(s);
  s.isCalm = true;
  if (s.violations.length === 0) await s.playUntil(last);
  const { runs, faults } = s.counts;
  return {
    seed,
    runs,
    days: days + quiet,
    faults,
    violations: s.violations,
    happenings: s.happenings,
    told: s.told,
  };
}

/**
 * Runs as the schedules start them, but rarer: a history is to meet much, not to wait. In the end each night has one, in
 * which fleets have their windows.
 */
function planRuns(s: Simulation, start: number, eventfulUntil: number, end: number): void {
  const random = s.random.named("schedule");
  const plan = (time: number) => {
    const trigger = random.pick(["base-ami", "kubernetes", "patch-tuesday"]);
    s.at(time, `schedule ${time}`, () => reconcileSoon(s, JSON.stringify({ trigger })));
  };
  for (let time = start + minute; time < end; time += random.between(1, time < eventfulUntil ? 4 : 12) * hour)
    plan(time);
  if (s.configuration.fleets.length === 0) return;
  for (let night = Math.ceil(eventfulUntil / day) * day; night < end; night += day) plan(night);
}

/** What changes and goes wrong, each with a name by which a shorter history can go without it. */
function planHappenings(s: Simulation, start: number, days: number): void {
  const random = s.random.named("happenings");
  const plan = (count: number, kind: string, happen: (name: string) => void) => {
    for (let number = 0; number < count; number++) {
      const name = `${kind} ${number}`;
      s.happenings.push(name);
      s.at(start + random.between(0, days) * day, name, () => happen(name));
    }
  };
  for (const parameter of publicParameters(s)) if (!s.account.parameters.has(parameter)) releaseAmi(s, parameter);
  const some = (perDay: number) => Math.round(random.between(0, 2 * perDay * days));
  plan(some(0.5), "upstream", (name) =>
    upstreamEvents[s.random.named(name).pick(Object.keys(upstreamEvents) as "new base"[])](s),
  );
  plan(some(1), "person", (name) => {
    const own = s.random.named(name);
    const deed = own.pick(Object.keys(deeds));
    if (own.chance(0.5)) s.ambush = { call: own.whole(5, 60), happen: () => deeds[deed]?.(s, own) };
    else deeds[deed]?.(s, own);
  });
  orderFirstRollouts(s);
  if (s.configuration.fleets.length > 0)
    plan(some(1.5), "fleet", (name) => {
      const own = s.random.named(name);
      const deed = own.pick(Object.keys(fleetDeeds));
      fleetDeeds[deed]?.(s, own.pick(s.configuration.fleets), own);
    });
  plan(some(0.2), "deployment", (name) => {
    const own = s.random.named(name);
    changes[own.pick(Object.keys(changes))]?.(s, own);
  });
  if (s.configuration.policies.fastLaunch)
    plan(some(0.8), "fast launch", (name) => {
      const own = s.random.named(name);
      fastLaunchDeeds[own.pick(Object.keys(fastLaunchDeeds))]?.(s, own);
    });
  if (s.places.size > 0)
    plan(some(3), "place", (name) => {
      const own = s.random.named(name);
      const happen = placeDeeds[own.pick(Object.keys(placeDeeds))];
      const place = own.pick([...s.places.values()]);
      if (own.chance(0.3)) s.ambush = { call: own.whole(5, 90), happen: () => happen?.(s, place, own) };
      else happen?.(s, place, own);
    });
  plan(some(0.3), "outage", (name) => {
    const own = s.random.named(name);
    const service = own.pick(failingServices);
    s.outages.set(service, s.now() + own.between(minute, 6 * hour));
    s.tell(`${service} does not answer any more`);
  });
}

/** From now on nothing goes wrong, and people let the service do its work. */
function becomeQuiet(s: Simulation): void {
  s.isQuiet = true;
  s.outages.clear();
  s.ambush = undefined;
  s.account.room = 60;
  if (s.configuration.fleets.length > 0) ring(s, stagingAlarm, false);
  s.tell("from now on nothing goes wrong");
  deploy(s, {
    ...s.configuration,
    policies: { ...s.configuration.policies, publish: true, approval: "none" },
    fleets: s.configuration.fleets.map((fleet) => ({ ...fleet, approval: "none", mode: modeOf(fleet) })),
  });
  calmFastLaunch(s);
  calmPlaces(s);
  mendUpstream(s);
  for (const image of s.ledger.used.keys()) endUse(s, image);
  for (const scope of ["*", ...s.configuration.variants.map(({ name }) => name)]) resume(s, scope);
  for (const { name } of s.configuration.variants) call(s, "/rebuild", { variant: name, reason: "all is mended" });
  for (const fleet of s.configuration.fleets) if (fleet.mode === "roll") letRoll(s, fleet);
}
