import { afterAll, beforeAll, expect, test } from "vitest";
import type { Stack } from "../../local/stack/stack.ts";
import { startStormStack, storm } from "./storm.ts";

let stack: Stack;

beforeAll(async () => {
  stack = await startStormStack();
});

afterAll(() => stack?.stop());

test("a thousand triggers at once are at most 20 reconcile runs and one build of each variant", async () => {
  const { handled, reconciles, builds } = await storm(stack, 1_000);

  expect(handled).toBeGreaterThanOrEqual(1_000);
  expect(reconciles).toBeLessThanOrEqual(20);
  expect(builds).toEqual({
    "windows-2019-core-1.35": 1,
    "windows-2022-core-1.35": 1,
    "windows-2025-core-1.35": 1,
  });
});
