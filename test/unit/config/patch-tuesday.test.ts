import fc from "fast-check";
import { DateTime } from "luxon";
import { expect, test } from "vitest";
import { latestPatchTuesday, nextPatchTuesday } from "../../../functions/config/patch-tuesday.ts";

const policy = { time: "11:00", timeZone: "America/Los_Angeles" };

function pacific(time: string): number {
  return DateTime.fromISO(time, { zone: policy.timeZone }).toMillis();
}

test.each([
  ["Patch Tuesday has not passed at 00:05 Pacific of its day", pacific("2026-11-10T00:05"), "2026-10-13"],
  ["Patch Tuesday has not passed at 10:59 Pacific", pacific("2026-11-10T10:59"), "2026-10-13"],
  ["Patch Tuesday has passed at 11:00 Pacific", pacific("2026-11-10T11:00"), "2026-11-10"],
  ["a Patch Tuesday stays the latest until the next one", pacific("2026-12-08T10:59:59"), "2026-11-10"],
  ["11:00 Pacific is 19:00 UTC in winter", Date.parse("2026-11-10T19:00:00Z"), "2026-11-10"],
  ["18:59 UTC is too early in winter", Date.parse("2026-11-10T18:59:59Z"), "2026-10-13"],
  ["11:00 Pacific is 18:00 UTC in summer", Date.parse("2026-07-14T18:00:00Z"), "2026-07-14"],
  ["17:59 UTC is too early in summer", Date.parse("2026-07-14T17:59:59Z"), "2026-06-09"],
  ["Tuesday evening Pacific is Wednesday in UTC", Date.parse("2026-11-11T02:00:00Z"), "2026-11-10"],
  ["Monday evening Pacific is Tuesday in UTC", Date.parse("2026-11-10T02:00:00Z"), "2026-10-13"],
  ["Patch Tuesday passes two days after summer time begins in March", pacific("2026-03-10T11:00"), "2026-03-10"],
  ["Patch Tuesday has not passed a minute earlier in March", pacific("2026-03-10T10:59"), "2026-02-10"],
  ["Patch Tuesday passes nine days after summer time ends in November", pacific("2026-11-10T11:00:01"), "2026-11-10"],
  ["Patch Tuesday is the eighth in a month that begins on a Tuesday", pacific("2026-12-08T11:00"), "2026-12-08"],
  ["Patch Tuesday is the fourteenth in a month that begins on a Wednesday", pacific("2026-07-14T11:00"), "2026-07-14"],
  ["the latest Patch Tuesday may be last year's in January", pacific("2027-01-05T12:00"), "2026-12-08"],
])("%s", (_, now, expected) => {
  expect(latestPatchTuesday(now, policy)).toBe(expected);
});

test("the latest Patch Tuesday is a Tuesday from the 8th to the 14th that has passed, at most five weeks ago", () => {
  const anyTime = fc.integer({ min: Date.parse("2020-01-01"), max: Date.parse("2040-01-01") });
  fc.assert(
    fc.property(anyTime, (now) => {
      const latest = DateTime.fromISO(`${latestPatchTuesday(now, policy)}T11:00`, { zone: policy.timeZone });
      expect(latest.weekday).toBe(2);
      expect(latest.day).toBeGreaterThanOrEqual(8);
      expect(latest.day).toBeLessThanOrEqual(14);
      expect(latest.toMillis()).toBeLessThanOrEqual(now);
      expect(now - latest.toMillis()).toBeLessThan(36 * 24 * 3_600_000);
    }),
  );
});

test("the next Patch Tuesday is the latest one once it has passed", () => {
  const next = nextPatchTuesday(pacific("2026-11-10T11:00"), policy);
  expect(DateTime.fromMillis(next).toUTC().toISO()).toBe("2026-12-08T19:00:00.000Z");
  expect(latestPatchTuesday(next, policy)).toBe("2026-12-08");
});
