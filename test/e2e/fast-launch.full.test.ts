import { beforeAll, expect, test } from "vitest";
import { type Played, play } from "./rehearse.ts";

const variant = "windows-2022-core-1.35";
let story: Played;

/** The image that an act made ready. */
function imageOf(act: string): string | null {
  return story.act(act, variant).image;
}

beforeAll(async () => {
  story = await play("--story", "fast-launch");
});

test("the story succeeds and plays its acts in order", () => {
  expect(story.rehearsal.ok).toBe(true);
  expect(story.rehearsal.acts.map(({ act }) => act)).toEqual([
    "first image",
    "snapshots",
    "second image",
    "third image",
    "no capacity",
    "slow image",
    "held slow image",
    "deregistered by hand",
    "awaited snapshots",
    "late snapshots",
  ]);
});

test("the roles may do what Fast Launch needs, and nothing about it that they do not need", () => {
  expect(story.rehearsal.permissions).toMatchObject({ denied: [], unexplained: [] });
});

test("EC2's event alone wakes reconcile when the snapshots are there", () => {
  expect(story.act("snapshots", variant)).toMatchObject({
    trigger: "fast-launch",
    fastLaunch: { enabled: [imageOf("first image")], ended: [] },
  });
});

test("an image that a rollback would return to keeps its snapshots", () => {
  expect(story.act("second image", variant).fastLaunch).toEqual({ enabled: [imageOf("second image")], ended: [] });
});

test.each([
  ["third image", "first image"],
  ["no capacity", "second image"],
  ["slow image", "third image"],
  ["held slow image", "no capacity"],
])("%s: the new image gets snapshots, the last but one loses them and is then disabled", (act, gone) => {
  expect(story.act(act, variant)).toMatchObject({
    fastLaunch: { enabled: [imageOf(act)], ended: [imageOf(gone)] },
    disabled: [imageOf(gone)],
  });
});

test("an image that a person deregisters leaves no snapshots behind", () => {
  const { fastLaunch } = story.act("deregistered by hand", variant);
  expect(fastLaunch).toEqual({ enabled: [], ended: [imageOf("slow image")] });
});

test("snapshots that EC2 could not make twice are told once, and made in the end", () => {
  const { notifications } = story.act("no capacity", variant);
  expect(notifications.filter((kind) => kind.startsWith("fast-launch"))).toEqual(["fast-launch-failed"]);
});

test("stable takes an image once EC2 has its first snapshot, and that is no news", () => {
  const { published, notifications, fastLaunch } = story.act("awaited snapshots", variant);
  expect(published).toBe(true);
  expect(notifications.toSorted()).toEqual(["published/candidate", "published/stable"]);
  expect(fastLaunch).toEqual({ enabled: [imageOf("awaited snapshots")], ended: [] });
});

test("after maxWait stable takes an image without snapshots, which is told once", () => {
  const { published, notifications, fastLaunch } = story.act("late snapshots", variant);
  expect(published).toBe(true);
  expect(notifications.toSorted()).toEqual(["fast-launch-late/stable", "published/candidate", "published/stable"]);
  expect(fastLaunch).toEqual({ enabled: [], ended: [] });
});

test("a slow start is told once; channels wait for the image only where that is written, and not for ever", () => {
  const slow = story.act("slow image", variant).notifications;
  expect(slow.filter((kind) => kind === "slow-start")).toEqual(["slow-start"]);
  const held = story.act("held slow image", variant);
  expect(held.notifications.toSorted()).toEqual(["published/candidate", "published/stable", "slow-start"]);
  expect(held.published).toBe(true);
});
