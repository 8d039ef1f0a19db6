import { closedNow } from "../../config/rollout-window.ts";
import type { RolloutOrder } from "../fleet-records.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { latestAttempt } from "./attempts.ts";
import { type FleetState, fleetState, homeIdOf, type KnownState } from "./fleet-state.ts";
import { healthOf } from "./health.ts";

/** Something that a rollout waits for. */
export interface Blocker {
  /** `person`: nothing but a call of the API ends the wait. */
  for: "person" | "time" | "other-fleet";
  why: string;
  /** When it passes by itself, in milliseconds since the epoch; undefined if nobody knows. */
  until: number | undefined;
}

/**
 * What keeps the fleet's turn from coming. Going back needs no approval and no other fleet that tries the image first.
 * @param busy the other fleets of its wave that are being rolled
 */
export function blockers(
  world: IndexedWorld,
  state: KnownState,
  { isBack, busy }: { isBack: boolean; busy: readonly string[] },
): Blocker[] {
  const order = orderOf(state, world.now);
  const isAtOnce = isBack && state.fleet.rollback === "at once";
  return [
    ...ofPerson(state, isBack),
    ...(isAtOnce ? [] : ofWave(state, busy)),
    ...(order || isBack ? [] : ofAfter(world, state)),
    ...(order || isAtOnce ? [] : ofWindow(world, state)),
  ];
}

/** When all of them have passed and the window is open, if that comes by itself. */
export function passAt(now: number, { fleet }: KnownState, waits: readonly Blocker[]): number | undefined {
  const others = waits.filter((one) => one.for !== "time");
  if (others.length === 0) return waits[0]?.until;
  const times = others.flatMap(({ until }) => until ?? []);
  if (times.length < others.length) return undefined;
  const ready = Math.max(now, ...times);
  const closed = closedNow(ready, fleet.window ?? "always", fleet.blackouts);
  return closed ? closed.until : ready;
}

/** A person's order of this image since the service last began something. */
export function orderOf(state: KnownState, now: number): RolloutOrder | undefined {
  const last = latestAttempt(state, now)?.at ?? 0;
  return state.history.orders.find(({ image, at }) => image === state.desired && at > last);
}

function ofPerson({ fleet, history, desired }: KnownState, isBack: boolean): Blocker[] {
  if (history.orders.some(({ image }) => image === desired)) return [];
  const call = `POST /rollout {"fleet": "${fleet.name}", "reason": "…"}`;
  if (history.attempts.length === 0)
    return [{ for: "person", why: `its first rollout waits for a person: ${call}`, until: undefined }];
  return fleet.approval === "manual" && !isBack
    ? [{ for: "person", why: `each image waits for a person (approval): ${call}`, until: undefined }]
    : [];
}

function ofWave({ fleet }: KnownState, busy: readonly string[]): Blocker[] {
  if (busy.length === 0) return [];
  return [{ for: "other-fleet", why: `${busy.join(", ")} of its wave ${fleet.wave} comes first`, until: undefined }];
}

function ofAfter(world: IndexedWorld, own: KnownState): Blocker[] {
  const { desired } = own;
  const { after } = own.fleet;
  const first = after && world.configuration.fleets.find(({ name }) => name === after.fleet);
  if (!first) return [];
  const wait = (why: string, until?: number): Blocker[] => [{ for: "other-fleet", why: `${first.name} ${why}`, until }];
  const state = fleetState(world, first);
  const isSame = (image: string) => isSameImage([state, image], [own, desired]);
  const arrived = state.history.arrivals.find(({ image }) => isSame(image))?.at;
  if (arrived === undefined) return wait(`has not run ${desired} yet (after)`);
  const health = healthOf(state);
  if (!health.healthy) return wait(`is not healthy: ${health.reasons.join("; ")} (after)`);
  const passes = Math.max(arrived, health.since) + after.healthyFor;
  const left = leftAt(state, isSame, arrived);
  if (left !== undefined)
    return passes <= left ? [] : wait(`has left ${desired} before it was healthy for its time (after)`);
  if (!runsOnly(state, isSame)) return wait(`does not run ${desired} on all of its nodes (after)`);
  return world.now < passes ? wait("must be healthy for its time (after)", passes) : [];
}

type IsSame = (image: string) => boolean;

/** Whether two fleets, each in its place, know the same image of home by these IDs. */
function isSameImage([one, a]: [FleetState, string], [other, b]: [FleetState, string]): boolean {
  const origin = homeIdOf(one, a);
  return a === b || (origin !== undefined && origin === homeIdOf(other, b));
}

/** When the fleet began to take another image than the one that it had come to run; undefined if it has not. */
function leftAt({ history }: FleetState, isSame: IsSame, arrived: number): number | undefined {
  const later = [...history.attempts, ...history.arrivals].filter((one) => !isSame(one.image) && one.at > arrived);
  return later.length === 0 ? undefined : Math.min(...later.map(({ at }) => at));
}

function runsOnly({ observed }: FleetState, isSame: IsSame): boolean {
  return observed.state === "known" && observed.nodes.length > 0 && observed.nodes.every(({ image }) => isSame(image));
}

function ofWindow({ now }: IndexedWorld, { fleet }: KnownState): Blocker[] {
  const closed = closedNow(now, fleet.window ?? "always", fleet.blackouts);
  return closed ? [{ for: "time", ...closed }] : [];
}
