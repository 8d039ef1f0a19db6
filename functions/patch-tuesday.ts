import { DateTime } from "luxon";

/** When Microsoft's monthly updates count as there: a local time of day on the second Tuesday. */
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
  const thisMonth = releaseIn(local, policy);
  const latest = thisMonth <= local ? thisMonth : releaseIn(local.minus({ months: 1 }), policy);
  return latest.toISODate() as string;
}

function releaseIn(month: DateTime, policy: PatchTuesdayPolicy): DateTime {
  const [hour, minute] = policy.time.split(":").map(Number);
  const first = month.startOf("month");
  const firstTuesday = first.plus({ days: (9 - first.weekday) % 7 });
  return firstTuesday.plus({ weeks: 1 }).set({ hour, minute });
}
