import { TZDate } from "@date-fns/tz";
import * as z from "zod";
import { TimeZone, text } from "./fields.ts";

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

const TimeOfDay = text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "22:00"');

/** When a rollout may start. It governs starts only: a rollout that runs goes on after the window has closed. */
export const RolloutWindow = z.union(
  [
    z.literal("always"),
    z.strictObject({
      /** The days on which the window opens. */
      days: z.array(z.enum(weekdays)).min(1, 'at least one day such as "Tue"'),
      /** The time of day at which it opens. */
      from: TimeOfDay,
      /** When it closes. If it is not after `from`, the window closes on the next day. */
      to: TimeOfDay,
      /** Of both times. */
      timeZone: TimeZone,
    }),
  ],
  { error: '"always", or { days: ["Tue"], from: "22:00", to: "04:00", timeZone: "Europe/Berlin" }' },
);
export type RolloutWindow = z.infer<typeof RolloutWindow>;

const CalendarDay = text(/^\d{4}-\d\d-\d\d$/, 'a day such as "2026-12-20"').refine(
  (date) => !Number.isNaN(Date.parse(date)) && new Date(date).toISOString().startsWith(date),
  "a day that exists",
);

/** Days in which no rollout starts, the last one included, in the window's time zone; with `"always"` in UTC. */
export const Blackout = z
  .strictObject({
    /** The first day, in the window's time zone; with the window `always` in UTC. */
    from: CalendarDay,
    /** The last day. */
    to: CalendarDay,
    /** Shown where the rollout waits. */
    reason: z.string().trim().min(1, "why").max(200, "at most 200 characters"),
  })
  .refine(({ from, to }) => from <= to, "a last day (to) that is not before the first one (from)");
export type Blackout = z.infer<typeof Blackout>;

/** How many days the search for the next opening looks ahead. */
const lookAhead = 400;

/**
 * Why no rollout may start now, and when one may next.
 * @param now milliseconds since the epoch, like `until`; undefined if none may within a year
 * @returns undefined if one may start now
 */
export function closedNow(
  now: number,
  window: RolloutWindow,
  blackouts: readonly Blackout[],
): { why: string; until: number | undefined } | undefined {
  const zone = window === "always" ? "UTC" : window.timeZone;
  const isOpen = (at: number) => isWithin(at, window) && !blackoutAt(at, blackouts, zone);
  if (isOpen(now)) return undefined;
  const blackout = blackoutAt(now, blackouts, zone);
  const why = blackout ? `blackout until ${blackout.to}: ${blackout.reason}` : `outside the window ${describe(window)}`;
  return { why, until: opensAfter(now, window, blackouts, zone) };
}

/** `Tue, Wed 22:00 to 04:00 Europe/Berlin` */
function describe(window: RolloutWindow): string {
  if (window === "always") return window;
  return `${window.days.join(", ")} ${window.from} to ${window.to} ${window.timeZone}`;
}

/** The first moment after `now` at which the window opens, or a blackout ends within an open one. */
function opensAfter(
  now: number,
  window: RolloutWindow,
  blackouts: readonly Blackout[],
  zone: string,
): number | undefined {
  const today = new TZDate(now, zone);
  for (let days = -1; days <= lookAhead; days++) {
    const midnight = at(today, days, "00:00", zone);
    const opening = window === "always" ? midnight : at(today, days, window.from, zone);
    const first = [midnight, opening].find(
      (time) => time > now && !blackoutAt(time, blackouts, zone) && isWithin(time, window),
    );
    if (first !== undefined) return first;
  }
  return undefined;
}

function isWithin(time: number, window: RolloutWindow): boolean {
  if (window === "always") return true;
  const { days, from, to, timeZone } = window;
  const local = new TZDate(time, timeZone);
  // The window that opened today, or yesterday.
  return [0, -1].some((before) => {
    const opens = at(local, before, from, timeZone);
    const closes = at(local, to > from ? before : before + 1, to, timeZone);
    const weekday = weekdays[new TZDate(opens, timeZone).getDay()];
    return weekday !== undefined && days.includes(weekday) && opens <= time && time < closes;
  });
}

function at(today: TZDate, days: number, time: string, zone: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return new TZDate(today.getFullYear(), today.getMonth(), today.getDate() + days, hours, minutes, zone).getTime();
}

function blackoutAt(time: number, blackouts: readonly Blackout[], zone: string): Blackout | undefined {
  if (blackouts.length === 0) return undefined;
  const local = new TZDate(time, zone);
  const date = new Date(Date.UTC(local.getFullYear(), local.getMonth(), local.getDate())).toISOString().slice(0, 10);
  return blackouts.find(({ from, to }) => from <= date && date <= to);
}
