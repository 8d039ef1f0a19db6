import type { Pauses } from "../pauses.ts";
import type { World } from "../world.ts";
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

export function pauseNotifications({ now, pauses, notified }: World): Keyed<PauseNotification>[] {
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
  return [...paused, ...[...notified].flatMap((key) => resumed(key, { now, pauses }))];
}

/** No record of a pause remains once it is over. That subscribers heard of it tells that it was. */
function resumed(key: string, { now, pauses }: { now: number; pauses: Pauses }): Keyed<PauseNotification>[] {
  const [, variant, since] = /^paused\/(.+)\/(\d+)$/.exec(key) ?? [];
  const pausedAt = Number(since);
  if (variant === undefined || pauses[variant]?.at === pausedAt) return [];
  return [{ kind: "resumed", key: `resumed/${variant}/${pausedAt}`, variant, at: now, pausedAt }];
}
