import { minute, second } from "../../config/time.ts";
import type { Attempt } from "../fleet-records.ts";
import type { GroupUpdate } from "../observed-fleet.ts";
import type { KnownState } from "./fleet-state.ts";

/**
 * How long after its record a rollout may be invisible, in milliseconds: the run that began it ends within Lambda's five
 * minutes, and AWS shows what was begun soon after.
 */
export const settlesWithin = 10 * minute;

/** AWS counts whole seconds, by a clock of its own. In milliseconds. */
const clockSkew = 5 * second;

/** The latest attempt that has had an effect or may still have one. */
export function latestAttempt(state: KnownState, now: number): Attempt | undefined {
  return state.history.attempts.find(
    (attempt) =>
      attempt.refused !== undefined ||
      isFresh(attempt, now) ||
      hasTaken(state, attempt) ||
      updateOf(state, attempt) !== undefined,
  );
}

/** Whether AWS may not show yet what the attempt has begun. */
export function isFresh({ at }: Attempt, now: number): boolean {
  return now < at + settlesWithin;
}

/** Whether the group, or its parameter, is where the attempt was to bring it. */
export function hasTaken({ observed }: KnownState, { image, versions }: Attempt): boolean {
  return versions ? observed.template?.number === versions.to : observed.starts?.id === image;
}

/** What AWS made of the attempt, as it shows it or a record does; undefined if nothing tells. */
export function updateOf(state: KnownState, attempt: Attempt): GroupUpdate | undefined {
  const { at: startedAt, versions, ended } = attempt;
  // AWS shows an instance refresh for six weeks, an attempt that failed counts for ever.
  return shownUpdateOf(state, attempt) ?? (ended && { ...ended, id: "", startedAt, version: versions?.to });
}

function shownUpdateOf({ observed, history }: KnownState, attempt: Attempt): GroupUpdate | undefined {
  const next = history.attempts.findLast(({ at }) => at > attempt.at);
  const since = observed.updates.filter(
    ({ startedAt }) => startedAt >= attempt.at - clockSkew && (next === undefined || startedAt < next.at),
  );
  const exact = since.findLast(({ version }) => version === attempt.versions?.to);
  if (exact || attempt.versions) return exact;
  return since.findLast(({ version }) => version === undefined);
}

/** Whether all nodes were seen to run the attempt's image, or AWS says that the attempt has succeeded. */
export function hasSucceeded(state: KnownState, attempt: Attempt): boolean {
  return arrivalOf(state, attempt) !== undefined || updateOf(state, attempt)?.status === "succeeded";
}

/** When all nodes were seen to run what the attempt brought, in milliseconds since the epoch. S3 counts whole seconds. */
export function arrivalOf({ history }: KnownState, { image, at }: Attempt): number | undefined {
  return history.arrivals.find((arrival) => arrival.image === image && arrival.at + second > at)?.at;
}
