import { describe, expect, test } from "vitest";
import { excessOf, interventionFromTag, interventionToTag } from "../../../functions/domain/intervention-tags.ts";

const by = "arn:aws:sts::123456789012:assumed-role/operators/ann";
const at = Date.parse("2026-11-22T20:00:00Z");

describe("an intervention's tag", () => {
  test("is read as it was written", () => {
    const intervention = { at, by, reason: "pods lose DNS: 10 %, “sometimes” – since 2026-11-21" };
    expect(interventionFromTag(interventionToTag(intervention))).toEqual(intervention);
  });

  test("is one line, even if the reason has several", () => {
    const tag = interventionToTag({ at, by, reason: "pods\r\n\tlose\u0000 DNS" });
    expect(tag).toMatch(/ pods lose DNS$/);
  });

  test("is not clipped: its excess over the limit is reported", () => {
    const tag = interventionToTag({ at, by, reason: "x".repeat(500) });
    expect(excessOf(tag)).toBe(tag.length - 256);
    expect(interventionFromTag(tag)).toEqual({ at, by, reason: "x".repeat(500) });
    expect(excessOf(tag.slice(0, 256))).toBe(0);
  });

  test.each([
    "bad image",
    `2026-11-22T25:00:00Z ${by} bad image`,
    `22 November ${by} bad image`,
    `2026-11-22T20:00:00Z ann bad image`,
  ])("written by hand as %j is a reason without time and caller", (value) => {
    expect(interventionFromTag(value)).toEqual({ reason: value, by: undefined, at: undefined });
  });

  test("without text is no intervention", () => {
    expect([undefined, "", " "].map(interventionFromTag)).toEqual([undefined, undefined, undefined]);
  });
});
