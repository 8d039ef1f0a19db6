import { expect, test } from "vitest";
import { simulate } from "./command.ts";
import { mutants } from "./mutants.ts";

test("a thousand histories break no rule", async () => {
  const { exitCode, output } = await simulate("--histories", "1000", "--seed", "100000", "--cores", "1");
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/1000 histories, \d+ runs, .* violations 0/);
});

test.each(mutants)("a history finds it if $name", async ({ name, breaks }) => {
  const { exitCode, output } = await simulate("--histories", "600", "--seed", "1", "--cores", "1", "--mutant", name);
  expect(exitCode, output).toBe(1);
  const broken = [...output.matchAll(/^seed \d+: "([^"]+)"/gm)].map(([, rule]) => rule);
  expect(broken.length).toBeGreaterThan(0);
  expect(breaks).toEqual(expect.arrayContaining(broken));
});
