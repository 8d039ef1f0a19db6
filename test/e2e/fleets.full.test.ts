import { beforeAll, expect, test } from "vitest";
import { type Played, play } from "./rehearse.ts";

const variant = "windows-2022-core-1.35";
let story: Played;

beforeAll(async () => {
  story = await play("--story", "fleets");
});

test("the story succeeds: nodes follow their channels, in order and in windows, and back", () => {
  expect(story.rehearsal.ok).toBe(true);
});

test("no build runs, and no call is denied to any role", () => {
  expect(story.rehearsal.acts.every(({ builds }) => builds === 0)).toBe(true);
  expect(story.rehearsal.permissions?.denied).toEqual([]);
});

test.each([
  ["first rollouts", ["rollout-begun", "rollout-done"]],
  ["production in its window", ["rollout-begun", "rollout-done"]],
  ["bad image in the middle", ["revoked", "fleet-revoked", "rolled-back/stable", "rollout-begun"]],
  ["stuck drain", ["rollout-stuck", "rollout-done"]],
])("in the act %s subscribers hear what becomes of the fleets", (act, kinds) => {
  expect(story.act(act, variant).notifications).toEqual(expect.arrayContaining(kinds));
});
