import { describe, expect, test } from "vitest";
import {
  compareStarts,
  describeSize,
  describeStart,
  measuredIn,
  measureRecord,
} from "../../../functions/domain/measures.ts";

const token = "1".repeat(64);
const named = (name: string, at = 0) => ({ name, at });

describe("what records say that builds have measured of an image", () => {
  test("is its fastest start and its latest size", () => {
    const records = [
      named(`start-310000-${token}`),
      named(`start-220400-${token}`),
      named(`start-250000-${"2".repeat(64)}`, 9_000),
      named(`size-40000000000-${token}`, 1_000),
      named(`size-30000000000-${"2".repeat(64)}`, 2_000),
    ];

    expect(measuredIn(records)).toEqual({ start: 220_400, size: 30_000_000_000 });
    expect(measuredIn(records.toReversed())).toEqual(measuredIn(records));
  });

  test("is the larger of two sizes of the same second, in whatever order they are listed", () => {
    const records = [named(`size-5-${token}`, 1_000), named(`size-9-${token}`, 1_000)];

    expect(measuredIn(records).size).toBe(9);
    expect(measuredIn(records.toReversed()).size).toBe(9);
  });

  test.each([
    ["is no number", `start-fast-${token}`],
    ["is zero", `start-0-${token}`],
    ["is negative", `start--5-${token}`],
    ["has a fraction", `start-220.5-${token}`],
    ["has leading zeros", `start-00220-${token}`],
    ["is longer than a day", `start-86400001-${token}`],
    ["has more digits than a number holds", `size-${"9".repeat(40)}-${token}`],
    ["is larger than any volume", `size-${64 * 1024 ** 4 + 1}-${token}`],
    ["is of something else", `speed-220-${token}`],
    ["has no token", "start-220000"],
    ["has another token than an order", "start-220000-none"],
    ["has more behind it", `start-220000-${token}/more`],
  ])("ignores a value that %s", (_, name) => {
    expect(measuredIn([named(name), named(`start-300000-${token}`), named(`size-7-${token}`)])).toEqual({
      start: 300_000,
      size: 7,
    });
  });

  test("is unknown without records", () => {
    expect(measuredIn([])).toEqual({ start: undefined, size: undefined });
  });

  test("is read from the keys that builds write", () => {
    const key = measureRecord("ami-1", { what: "start", value: 220_000, token });

    expect(key).toBe(`measures/ami-1/start-220000-${token}`);
    expect(measuredIn([named(key.split("/").slice(2).join("/"))]).start).toBe(220_000);
  });
});

test.each([
  [45_400, "45 s"],
  [59_700, "1 m 0 s"],
  [220_000, "3 m 40 s"],
])("a start of %i ms is written as %s", (milliseconds, text) => {
  expect(describeStart(milliseconds)).toBe(text);
});

test("a size is written in GiB with one digit behind the point", () => {
  expect(describeSize(33_500_000_000)).toBe("31.2 GiB");
});

test.each([
  [220_000, 195_000, "25 s slower than ami-1"],
  [150_000, 220_000, "1 m 10 s faster than ami-1"],
  [220_400, 219_600, "as fast as ami-1"],
])("a start of %i ms is compared with one of %i ms", (start, other, text) => {
  expect(compareStarts(start, { image: "ami-1", start: other })).toBe(text);
});
