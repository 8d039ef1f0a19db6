import { expect, test } from "vitest";
import { maxColumns, wrapped } from "../../../functions/texts/texts.ts";

test("a text without spaces is wrapped between characters, not in the middle of one", () => {
  const lines = wrapped("Claims ", "😀".repeat(80));

  expect(lines.join("").isWellFormed()).toBe(true);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(maxColumns);
  expect(lines.join("").replaceAll(/[^😀]/gu, "")).toBe("😀".repeat(80));
});
