import { DateTime } from "luxon";

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
  const local = DateTime.fromMillis(now, { zone: policy.timeZone });
  const thisMonth = patchTuesdayIn(local, policy);
  const latest = thisMonth <= local ? thisMonth : patchTuesdayIn(local.minus({ months: 1 }), policy);
  return latest.toISODate() as string;
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
  const local = DateTime.fromMillis(now, { zone: policy.timeZone });
  const thisMonth = patchTuesdayIn(local, policy);
  return (thisMonth > local ? thisMonth : patchTuesdayIn(local.plus({ months: 1 }), policy)).toMillis();
}

function patchTuesdayIn(month: DateTime, policy: PatchTuesdayPolicy): DateTime {
  const [hour, minute] = policy.time.split(":").map(Number);
  const first = month.startOf("month");
  const firstTuesday = first.plus({ days: (9 - first.weekday) % 7 });
  return firstTuesday.plus({ weeks: 1 }).set({ hour, minute });
}
