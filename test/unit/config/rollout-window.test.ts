import { describe, expect, test } from "vitest";
import { type Blackout, closedNow, type RolloutWindow } from "../../../functions/config/rollout-window.ts";

const utc = { days: ["Tue" as const], from: "10:00", to: "14:00", timeZone: "UTC" };
const night = { days: ["Tue" as const], from: "22:00", to: "04:00", timeZone: "UTC" };

function closed(at: string, window: RolloutWindow, blackouts: Blackout[] = []) {
  return closedNow(Date.parse(at), window, blackouts);
}

function opens(at: string, window: RolloutWindow, blackouts: Blackout[] = []): string | undefined {
  const answer = closed(at, window, blackouts);
  if (!answer) throw new Error(`the window is open at ${at}`);
  return answer.until === undefined ? undefined : new Date(answer.until).toISOString();
}

function blackout(from: string, to: string): Blackout {
  return { from, to, reason: "the sale" };
}

describe("a window", () => {
  test.each([
    ["2026-11-03T10:00:00Z", "from its first moment"],
    ["2026-11-03T13:59:59Z", "until its last"],
  ])("is open at %s: %s", (at) => {
    expect(closed(at, utc)).toBeUndefined();
  });

  test.each([
    ["2026-11-03T09:59:59Z", "2026-11-03T10:00:00.000Z", "before it opens"],
    ["2026-11-03T14:00:00Z", "2026-11-10T10:00:00.000Z", "when it has just closed"],
    ["2026-11-04T11:00:00Z", "2026-11-10T10:00:00.000Z", "on another day"],
  ])("is closed at %s and opens at %s: %s", (at, next) => {
    expect(opens(at, utc)).toBe(next);
  });

  test("says which one it is, in its own words", () => {
    expect(closed("2026-11-04T11:00:00Z", night)?.why).toBe("outside the window Tue 22:00 to 04:00 UTC");
  });

  test.each([
    ["2026-11-03T22:00:00Z", "on the evening of its day"],
    ["2026-11-04T03:59:00Z", "on the morning after"],
  ])("over midnight is open at %s: %s", (at) => {
    expect(closed(at, night)).toBeUndefined();
  });

  test.each([
    ["2026-11-03T03:00:00Z", "2026-11-03T22:00:00.000Z", "on the morning of its day, which belongs to the day before"],
    ["2026-11-04T22:00:00Z", "2026-11-10T22:00:00.000Z", "on the evening of the next day"],
  ])("over midnight is closed at %s and opens at %s: %s", (at, next) => {
    expect(opens(at, night)).toBe(next);
  });

  test("that closes when it opens lasts a whole day", () => {
    const whole = { ...utc, to: "10:00" };
    expect(closed("2026-11-04T09:59:00Z", whole)).toBeUndefined();
    expect(opens("2026-11-04T10:00:00Z", whole)).toBe("2026-11-10T10:00:00.000Z");
  });

  test("on several days opens on the next of them", () => {
    expect(opens("2026-11-04T11:00:00Z", { ...utc, days: ["Tue", "Fri"] })).toBe("2026-11-06T10:00:00.000Z");
  });

  test("that is always open is never closed", () => {
    expect(closed("2026-11-04T11:00:00Z", "always")).toBeUndefined();
  });
});

describe("in a time zone a window", () => {
  const auckland = { days: ["Mon" as const], from: "01:00", to: "03:00", timeZone: "Pacific/Auckland" };
  const newYork = { days: ["Sun" as const], from: "01:00", to: "05:00", timeZone: "America/New_York" };
  const gap = { ...newYork, from: "02:30", to: "04:00" };

  test("counts the zone's own days", () => {
    expect(closed("2026-11-08T12:30:00Z", auckland)).toBeUndefined();
    expect(opens("2026-11-09T12:30:00Z", auckland)).toBe("2026-11-15T12:00:00.000Z");
  });

  test("keeps its local time over a change of daylight saving", () => {
    expect(opens("2026-10-26T00:00:00Z", newYork)).toBe("2026-11-01T05:00:00.000Z");
    expect(opens("2026-11-02T00:00:00Z", newYork)).toBe("2026-11-08T06:00:00.000Z");
  });

  test("is an hour longer in the night in which the clock goes back", () => {
    expect(closed("2026-11-01T05:00:00Z", newYork)).toBeUndefined();
    expect(closed("2026-11-01T09:59:00Z", newYork)).toBeUndefined();
    expect(closed("2026-11-01T10:00:00Z", newYork)).toBeDefined();
  });

  test("that would open in the skipped hour opens an hour later", () => {
    expect(opens("2027-03-14T06:59:00Z", gap)).toBe("2027-03-14T07:30:00.000Z");
    expect(closed("2027-03-14T07:30:00Z", gap)).toBeUndefined();
    expect(closed("2027-03-14T08:00:00Z", gap)).toBeDefined();
  });

  test("opens on a day whose midnight does not exist", () => {
    const cairo = { days: ["Fri" as const], from: "00:00", to: "02:00", timeZone: "Africa/Cairo" };
    expect(opens("2026-04-23T12:00:00Z", cairo)).toBe("2026-04-23T22:00:00.000Z");
  });
});

describe("a blackout", () => {
  test("keeps the window closed, says why, and lets it open on its next day", () => {
    const sale = [blackout("2026-11-01", "2026-11-05")];
    expect(closed("2026-11-03T11:00:00Z", utc, sale)).toEqual({
      why: "blackout until 2026-11-05: the sale",
      until: Date.parse("2026-11-10T10:00:00Z"),
    });
  });

  test("counts its first and its last day whole, in the window's time zone", () => {
    const berlin = { days: ["Mon" as const, "Tue" as const], from: "00:00", to: "00:00", timeZone: "Europe/Berlin" };
    const sale = [blackout("2026-11-03", "2026-11-03")];
    expect(closed("2026-11-02T22:59:59Z", berlin, sale)).toBeUndefined();
    expect(closed("2026-11-02T23:00:00Z", berlin, sale)).toBeDefined();
    expect(closed("2026-11-03T22:59:59Z", berlin, sale)).toBeDefined();
  });

  test("that ends within an open window opens it at midnight", () => {
    expect(opens("2026-11-03T23:00:00Z", night, [blackout("2026-11-03", "2026-11-03")])).toBe(
      "2026-11-04T00:00:00.000Z",
    );
  });

  test("without a window counts days in UTC", () => {
    const sale = [blackout("2026-11-03", "2026-11-04")];
    expect(closed("2026-11-02T23:59:59Z", "always", sale)).toBeUndefined();
    expect(opens("2026-11-03T00:00:00Z", "always", sale)).toBe("2026-11-05T00:00:00.000Z");
    expect(closed("2026-11-05T00:00:00Z", "always", sale)).toBeUndefined();
  });

  test("right after another one closes the window as one of both", () => {
    const both = [blackout("2026-11-03", "2026-11-04"), blackout("2026-11-05", "2026-11-10")];
    expect(opens("2026-11-03T00:00:00Z", "always", both)).toBe("2026-11-11T00:00:00.000Z");
  });

  test("of years leaves no time at which the window opens", () => {
    expect(opens("2026-11-03T11:00:00Z", utc, [blackout("2026-01-01", "2029-12-31")])).toBeUndefined();
  });
});
