import { beforeAll, expect, test } from "vitest";
import { type Played, play } from "./rehearse.ts";

let story: Played;

beforeAll(async () => {
  story = await play("--story", "places");
});

test("the story succeeds and plays its acts in order", () => {
  expect(story.rehearsal.ok).toBe(true);
  expect(story.rehearsal.acts.map(({ act }) => act)).toEqual([
    "first image",
    "everywhere",
    "an account is away",
    "it is back",
    "third image",
    "fourth image",
    "retention in order",
  ]);
});

test("hub and spoke may do what places need, and nothing about them that they do not need", () => {
  expect(story.rehearsal.permissions).toMatchObject({ denied: [], unexplained: [] });
});
