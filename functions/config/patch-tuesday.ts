import { TZDate } from "@date-fns/tz";
import { memoize } from "es-toolkit";

/** From when Microsoft's monthly updates count as available: a local time of day on the second Tuesday. */
export interface PatchTuesdayPolicy {
  /** `HH:MM`. */
  time: string;
  /** IANA name. */
  timeZone: string;
}

/**
 * The latest second Tuesday of a month whose release time has passed, as `YYYY-MM-DD` in the policy's time zone.
 * Microsoft ships at 10:00 America/Los_Angeles (msrc.microsoft.com, "Security Update Guide FAQ").
 * @param now milliseconds since the epoch
 */
export function latestPatchTuesday(now: number, policy: PatchTuesdayPolicy): string {
  return around(now, policy).findLast(({ at }) => at <= now)?.date as string;
}

/** Whether Microsoft has shipped by that time, in winter and in summer. */
export function isAfterRelease(policy: PatchTuesdayPolicy): boolean {
  const release = { time: "10:00", timeZone: "America/Los_Angeles" };
  return ["2026-01-01", "2026-07-01"].every((day) => {
    const before = Date.parse(day);
    return nextPatchTuesday(before, policy) >= nextPatchTuesday(before, release);
  });
}

/**
 * The first Patch Tuesday after a time.
 * @param now milliseconds since the epoch, like the result
 */
export function nextPatchTuesday(now: number, policy: PatchTuesdayPolicy): number {
  return around(now, policy).find(({ at }) => at > now)?.at as number;
}

/**
 * The Patch Tuesdays of last month, this month and next month, one of which is the latest and one the next. A second
 * Tuesday is never so near the end of a month that a time zone could move it into another.
 */
function around(now: number, policy: PatchTuesdayPolicy): PatchTuesday[] {
  const today = new Date(now);
  return [-1, 0, 1].map((months) =>
    patchTuesdayOf({ ...policy, first: Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + months, 1) }),
  );
}

interface PatchTuesday {
  /** `YYYY-MM-DD`. */
  date: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** That of the month with this first day. It is kept: looking up a zone's offset would be a tenth of a plan. */
const patchTuesdayOf = memoize(
  ({ first, time, timeZone }: PatchTuesdayPolicy & { first: number }): PatchTuesday => {
    const [hours = 0, minutes = 0] = time.split(":").map(Number);
    const month = new Date(first);
    const day = 8 + ((9 - month.getUTCDay()) % 7);
    const date = [month.getUTCFullYear(), month.getUTCMonth(), day] as const;
    return {
      date: new Date(Date.UTC(...date)).toISOString().slice(0, 10),
      at: new TZDate(...date, hours, minutes, timeZone).getTime(),
    };
  },
  { getCacheKey: ({ first, time, timeZone }) => `${first} ${time} ${timeZone}` },
);
