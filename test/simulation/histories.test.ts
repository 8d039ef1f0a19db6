import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { simulate } from "./command.ts";
import { mutants, mutated } from "./mutants.ts";

/** Every history that has ever broken a rule, and what it found. */
const seeds = JSON.parse(readFileSync(new URL("seeds.json", import.meta.url), "utf8")) as { seed: number }[];

test("300 histories break no rule", async () => {
  const { exitCode, output } = await simulate("--histories", "300", "--seed", "1", "--cores", "1");
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/300 histories, \d+ runs, .* violations 0/);
});

test.each(seeds)("the history of seed $seed breaks no rule any more", async ({ seed }) => {
  const { exitCode, output } = await simulate("--histories", "1", "--seed", `${seed}`);
  expect(exitCode, output).toBe(0);
});

test.each(mutants)("the mutant applies: $name", (mutant) => {
  const source = readFileSync(new URL(`../../functions/${mutant.file}`, import.meta.url), "utf8");
  expect(mutated(source, mutant)).not.toBe(source);
});

test("a history is played the same way again", async () => {
  const [first, second] = await Promise.all([simulate("--seed", "1"), simulate("--seed", "1")]);
  expect(first.exitCode).toBe(0);
  expect(first.output.length).toBeGreaterThan(1_000);
  expect(second.output).toBe(first.output);
});

test.each([
  ["--histories", "none", "--histories none: a whole number from 1 on"],
  ["--seed", "-1", "--seed"],
  ["--mutant", "no such mutant", 'no mutant "no such mutant"'],
])("%s %s is refused", async (option, value) => {
  const { exitCode } = await simulate(option, value);
  expect(exitCode).not.toBe(0);
});
