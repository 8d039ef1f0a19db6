import { beforeAll, expect, test } from "vitest";
import { type Played, play } from "./rehearse.ts";

const layer = "eks-optimized-2022-core-1.35";
const containers = "containers-latest-2022-core-1.35";
const base = "base-2022-core-1.35";
const all = [layer, containers, base];
let story: Played;

beforeAll(async () => {
  story = await play("--story", "families");
});

function harvestsOf(act: string): number {
  return all.reduce((sum, variant) => sum + story.act(act, variant).harvests, 0);
}

test("the story succeeds", () => {
  expect(story.rehearsal.ok).toBe(true);
});

test("the first images of all families are published, and one harvest serves both families that need one", () => {
  for (const variant of all)
    expect(story.act("first images", variant)).toMatchObject({ builds: 1, published: true, notified: true });
  expect(harvestsOf("first images")).toBe(1);
});

test.each([
  ["ContainersLatest AMI", containers],
  ["Base AMI", base],
])("a new %s rebuilds the images based on it and no others", (act, variant) => {
  expect(story.act(act, variant)).toMatchObject({
    builds: 1,
    published: true,
    reasons: [expect.stringMatching(/^baseAmi ami-\w+ → ami-\w+$/)],
  });
  for (const other of all.filter((one) => one !== variant))
    expect(story.act(act, other)).toMatchObject({ builds: 0, notifications: [] });
  expect(harvestsOf(act)).toBe(0);
});

test("a new EKS image rebuilds the image based on it and, after one harvest, the assembled images", () => {
  expect(story.act("EKS image", layer).reasons).toEqual([expect.stringMatching(/^baseAmi /)]);
  for (const variant of [containers, base])
    expect(story.act("EKS image", variant).reasons).toEqual([expect.stringMatching(/^harvest \w{12} → \w{12}$/)]);
  for (const variant of all) expect(story.act("EKS image", variant)).toMatchObject({ builds: 1, published: true });
  expect(harvestsOf("EKS image")).toBe(1);
});
