import { Cron } from "croner";

/** The moments at which a schedule of EventBridge Scheduler fires. */
export type Timetable = {
  /** `rate(15 minutes)` or `cron(0 11 ? * TUE#2 *)`: minutes, hours, day of month, month, day of week, year. */
  expression: string;
  timeZone: string;
  /** The start date, or else the date of creation. A rate counts from here, and nothing fires earlier. */
  start: Date;
  end?: Date;
};

const unitMilliseconds: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The latest moment in (from, to] at which the schedule fires. */
export function latestOccurrence(timetable: Timetable, from: Date, to: Date): Date | undefined {
  const last = timetable.end && timetable.end < to ? timetable.end : to;
  const occurrence = lastUpTo(timetable, last);
  if (!occurrence || occurrence <= from || occurrence < timetable.start) return undefined;
  return occurrence;
}

/** The first moment after `from` at which the schedule fires; undefined if it never fires again. */
export function nextOccurrence(timetable: Timetable, from: Date): Date | undefined {
  const occurrence = firstAfter(timetable, from < timetable.start ? new Date(timetable.start.getTime() - 1) : from);
  return occurrence && timetable.end && occurrence > timetable.end ? undefined : occurrence;
}

/** Every moment in (from, to] at which the schedule fires, in order. */
export function occurrences(timetable: Timetable, from: Date, to: Date): Date[] {
  const found: Date[] = [];
  let occurrence = latestOccurrence(timetable, from, to);
  while (occurrence) {
    found.unshift(occurrence);
    occurrence = latestOccurrence(timetable, from, new Date(occurrence.getTime() - 1));
  }
  return found;
}

function lastUpTo({ expression, timeZone, start }: Timetable, to: Date): Date | undefined {
  const { kind, value } = parseExpression(expression);
  if (kind === "cron") return lastOfCron(value, timeZone, to);
  const interval = intervalOf(value);
  const elapsed = Math.floor((to.getTime() - start.getTime()) / interval);
  return elapsed < 0 ? undefined : new Date(start.getTime() + elapsed * interval);
}

function firstAfter({ expression, timeZone, start }: Timetable, from: Date): Date | undefined {
  const { kind, value } = parseExpression(expression);
  if (kind === "cron") return firstOfCron(value, timeZone, from);
  const interval = intervalOf(value);
  const elapsed = Math.floor((from.getTime() - start.getTime()) / interval) + 1;
  return new Date(start.getTime() + elapsed * interval);
}

/** @throws Error that names an expression which EventBridge Scheduler refuses, too */
function parseExpression(expression: string): { kind: "rate" | "cron"; value: string } {
  const [, kind, value = ""] = /^(rate|cron)\((.+)\)$/.exec(expression.trim()) ?? [];
  if (kind === "rate" || kind === "cron") return { kind, value };
  throw new Error(`reading the schedule expression "${expression}": neither rate(…) nor cron(…)`);
}

/** In milliseconds. A day has 24 hours, independent of daylight saving time. */
function intervalOf(rate: string): number {
  const [, count = "", unit = ""] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(rate) ?? [];
  const interval = Number(count) * (unitMilliseconds[unit] ?? 0);
  if (interval) return interval;
  throw new Error(`reading the schedule expression "rate(${rate})": not a number of minutes, hours or days`);
}

function lastOfCron(pattern: string, timeZone: string, to: Date): Date | undefined {
  const cron = parseCron(pattern, timeZone);
  // croner excludes the moment itself and knows whole seconds only.
  let before = new Date((Math.floor(to.getTime() / 1000) + 1) * 1000);
  while (true) {
    const [occurrence] = cron.previousRuns(1, before);
    // croner moves a moment in the hour that daylight saving time skips; Scheduler skips it.
    if (!occurrence || cron.match(occurrence)) return occurrence;
    before = occurrence;
  }
}

function firstOfCron(pattern: string, timeZone: string, from: Date): Date | undefined {
  const cron = parseCron(pattern, timeZone);
  let occurrence = cron.nextRun(from);
  while (occurrence && !cron.match(occurrence)) occurrence = cron.nextRun(occurrence);
  return occurrence ?? undefined;
}

function parseCron(pattern: string, timeZone: string): Cron {
  const fields = pattern.trim().split(/\s+/);
  const [, , dayOfMonth, , dayOfWeek] = fields;
  if (fields.length !== 6 || (dayOfMonth === "?") === (dayOfWeek === "?"))
    throw new Error(
      `reading the schedule expression "cron(${pattern})": not six fields with "?" for either the day of the month or the day of the week`,
    );
  const translated = fields.map((field, index) => (index === 4 && field === "L" ? "SAT" : field));
  try {
    return new Cron(`0 ${translated.join(" ")}`, {
      mode: "7-part",
      timezone: timeZone,
      alternativeWeekdays: true,
      sloppyRanges: true,
      paused: true,
    });
  } catch (error) {
    throw new Error(`reading the schedule expression "cron(${pattern})"`, { cause: error });
  }
}
