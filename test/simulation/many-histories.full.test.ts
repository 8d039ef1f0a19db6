import { expect, test } from "vitest";
import { simulate } from "./command.ts";

test("three hundred further histories break no rule", async () => {
  const { exitCode, output } = await simulate("--histories", "300", "--seed", "100000", "--cores", "1");
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/300 histories, \d+ runs, .* violations 0/);
});
