import type { IndexedWorld } from "../indexed-world.ts";
import { pauseOf } from "../pauses.ts";
import type { Keyed } from "./keyed.ts";

/** About a pause (rule 15). The notification's `variant` is the variant that is paused, or `*` for everything. */
export type PauseNotification =
  | {
      kind: "paused";
      reason: string;
      /** ARN of the caller; undefined if the record does not say. */
      by: string | undefined;
    }
  /** Since when it was paused, in milliseconds since the epoch. */
  | { kind: "resumed"; pausedAt: number };

export function pauseNotifications({ now, pauses, notified }: IndexedWorld): Keyed<PauseNotification>[] {
  const paused = Object.entries(pauses).map(
    ([variant, { at, by, reason }]): Keyed<PauseNotification> => ({
      kind: "paused",
      key: `paused/${variant}/${at}`,
      variant,
      at,
      reason,
      by,
    }),
  );
  return [...paused, ...ended(notified, { now, pauses })];
}

/**
 * No record of a pause remains once it is over. That subscribers heard of it tells that it was. Of several pauses of
 * one scope, which followed each other between two reconcile runs, they hear one end.
 */
function ended(
  notified: ReadonlySet<string>,
  { now, pauses }: Pick<IndexedWorld, "now" | "pauses">,
): Keyed<PauseNotification>[] {
  const last = new Map<string, number>();
  for (const key of notified) {
    if (!key.startsWith("paused/")) continue;
    const [, scope, since] = /^paused\/(.+)\/(\d+)$/.exec(key) ?? [];
    if (scope !== undefined) last.set(scope, Math.max(last.get(scope) ?? 0, Number(since)));
  }
  return [...last]
    .filter(([scope]) => pauseOf(pauses, scope) === undefined)
    .map(([variant, pausedAt]) => ({
      kind: "resumed",
      key: `resumed/${variant}/${pausedAt}`,
      variant,
      at: now,
      pausedAt,
    }));
}
