import { expect, test } from "vitest";
import { simulate } from "./command.ts";
import { mutants } from "./mutants.ts";

test.each(mutants)("a history finds it if $name", async ({ name, firstSeed = 1, breaks }) => {
  const which = ["--histories", "600", "--seed", `${firstSeed}`, "--cores", "1", "--mutant", name];
  const { exitCode, output } = await simulate(...which);
  expect(exitCode, output).toBe(1);
  const broken = [...output.matchAll(/^seed \d+: "([^"]+)"/gm)].map(([, rule]) => rule);
  expect(broken.length).toBeGreaterThan(0);
  expect(breaks).toEqual(expect.arrayContaining(broken));
});
