import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { day, hour, minute, second } from "../../../functions/config/time.ts";
import { type Clock, createClock } from "../../../local/clock/clock.ts";
import { keepTime, type Timekeeper } from "../../../local/playground/timekeeper.ts";
import type { Schedules } from "../../../local/schedules/schedules.ts";

const start = new Date("2026-10-14T16:00:00Z");
let dir: string;
let clock: Clock;
let spans: [from: Date, to: Date][];
let time: Timekeeper;
let nextIn: number;
let failures: Error[];
let fire: Schedules["fire"];

const schedules: Schedules = {
  fire: (from, to) => fire(from, to),
  nextAfter: async (from) => new Date(from.getTime() + nextIn),
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "time-"));
  clock = createClock(join(dir, "clock"), start);
  spans = [];
  failures = [];
  nextIn = day;
  fire = async (from, to) => {
    spans.push([from, to]);
    return [];
  };
});

afterEach(async () => {
  await time.stop();
  rmSync(dir, { recursive: true });
});

function begin(): void {
  time = keepTime(clock, schedules, (error) => failures.push(error));
}

test("jumps of the clock fire what was due before and in between, without a gap and nothing twice", async () => {
  begin();
  const target = (milliseconds: number) => new Date(clock.now().getTime() + milliseconds);

  await Promise.all([time.advanceTo(target(hour)), time.advanceTo(target(2 * hour))]);
  await time.advanceTo(target(day));

  expect(spans).toHaveLength(6);
  for (const [index, [from]] of spans.entries()) if (index > 0) expect(from).toEqual(spans[index - 1]?.[1]);
  expect(clock.now().getTime() - start.getTime()).toBeGreaterThanOrEqual(day + 2 * hour);
});

test("a schedule fires at its time without anybody's doing, again and again", async () => {
  nextIn = second / 100;
  const fired = Promise.withResolvers<void>();
  fire = async (from, to) => {
    spans.push([from, to]);
    if (spans.length === 3) fired.resolve();
    return [];
  };
  begin();

  await fired.promise;

  expect(spans[2]?.[0]).toEqual(spans[1]?.[1]);
});

test("a moment at which firing fails is told and fired with the next one", async () => {
  let failed = false;
  fire = async (from, to) => {
    if (!failed) {
      failed = true;
      throw new Error("the queue is gone");
    }
    spans.push([from, to]);
    return [];
  };
  begin();

  await expect(time.advanceTo(new Date(start.getTime() + hour))).rejects.toThrow("the queue is gone");
  await time.advanceTo(new Date(start.getTime() + hour + minute));

  expect(spans[0]?.[0].getTime()).toBeLessThan(start.getTime() + second);
});
