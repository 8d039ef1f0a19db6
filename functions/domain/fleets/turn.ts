import { closedNow } from "../../config/rollout-window.ts";
import type { RolloutOrder } from "../fleet-records.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { fleetState, type KnownState } from "./fleet-state.ts";
import { healthOf } from "./health.ts";
import { latestAttempt } from "./stage.ts";

/** Something that a rollout waits for. */
export interface Blocker {
  /** `person`: nothing but a call of the API ends the wait. */
  for: "person" | "time" | "other-fleet";
  why: string;
  /** When it passes by itself, in milliseconds since the epoch; undefined if nobody knows. */
  until: number | undefined;
}

/**
 * What keeps the fleet's turn from coming.
 * @param back whether the fleet goes back, which no person has to approve and no other fleet has to try
 * @param busy the fleets of its wave that are being rolled
 */
export function blockers(
  world: IndexedWorld,
  state: KnownState,
  { back, busy }: { back: boolean; busy: readonly string[] },
): Blocker[] {
  const order = orderOf(state, world.now);
  const { rollback } = state.fleet;
  if (back) return rollback === "at once" || order ? [] : ofWindow(world, state);
  return [
    ...ofPerson(state, world.now),
    ...ofWave(state, busy),
    ...(order ? [] : [...ofAfter(world, state), ...ofWindow(world, state)]),
  ];
}

/** A person's order of this image that no attempt has used yet. */
export function orderOf(state: KnownState, now: number): RolloutOrder | undefined {
  const attempt = latestAttempt(state, now);
  const last = attempt?.image === state.desired ? attempt.at : 0;
  return state.history.orders.find(({ image, at }) => image === state.desired && at > last);
}

function ofPerson({ fleet, history, desired }: KnownState, _now: number): Blocker[] {
  if (history.orders.some(({ image }) => image === desired)) return [];
  const call = `POST /rollout {"fleet": "${fleet.name}", "reason": "…"}`;
  if (history.attempts.length === 0)
    return [{ for: "person", why: `its first rollout waits for a person: ${call}`, until: undefined }];
  return fleet.approval === "manual"
    ? [{ for: "person", why: `each image waits for a person (approval): ${call}`, until: undefined }]
    : [];
}

function ofWave({ fleet }: KnownState, busy: readonly string[]): Blocker[] {
  if (busy.length === 0) return [];
  return [{ for: "other-fleet", why: `${busy.join(", ")} of its wave ${fleet.wave} comes first`, until: undefined }];
}

function ofAfter(world: IndexedWorld, { fleet, desired }: KnownState): Blocker[] {
  const { after } = fleet;
  const first = after && world.configuration.fleets.find(({ name }) => name === after.fleet);
  if (!first) return [];
  const state = fleetState(world, first);
  const wait = (why: string, until?: number): Blocker[] => [{ for: "other-fleet", why, until }];
  const arrival = state.history.arrivals.find(({ image }) => image === desired);
  if (!arrival) return wait(`${first.name} has not run ${desired} yet`);
  const health = healthOf(state);
  if (!health.healthy) return wait(`${first.name} is not healthy: ${health.reasons.join("; ")}`);
  const until = Math.max(arrival.at, health.since) + after.healthyFor;
  return world.now < until ? wait(`${first.name} must be healthy for its time (after)`, until) : [];
}

function ofWindow({ now }: IndexedWorld, { fleet }: KnownState): Blocker[] {
  const closed = closedNow(now, fleet.window ?? "always", fleet.blackouts);
  return closed ? [{ for: "time", ...closed }] : [];
}
