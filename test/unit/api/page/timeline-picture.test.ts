import { expect, test } from "vitest";
import { toText } from "../../../../functions/api/page/html.ts";
import { timelinePicture } from "../../../../functions/api/page/timeline-picture.ts";
import { timelineOf } from "../../../../functions/api/timeline.ts";
import { core, day, hour, scene } from "../../../scene.ts";

/** The names of the lanes that have a hatched part, and the times of channels' first versions given in days ago. */
function hatched(story: ReturnType<typeof scene>, { image, daysAgo }: { image: string; daysAgo: number }): string[] {
  const { world } = story;
  const versions = [{ version: 1, image, at: world.now - daysAgo * day, by: undefined }];
  const memory = {
    builds: [],
    buildsSince: world.now - 365 * day,
    versions: { candidate: versions, stable: versions },
    reports: new Map(),
  };
  const picture = toText(timelinePicture(timelineOf(world, core, memory, "/channels")));
  const lanes = picture.split('<text class="row"').slice(1);
  return lanes
    .filter((lane) => lane.includes('class="gap"'))
    .map((lane) => /text-anchor="end">(\w+)</.exec(lane)?.[1] ?? "");
}

test("the lane of images is hatched before the oldest one, and no channel if that is the first it held", () => {
  const story = scene();
  story.image("ami-1", { createdAt: story.world.now - 10 * day - hour });

  expect(hatched(story, { image: "ami-1", daysAgo: 10 })).toEqual(["images"]);
});

test("a channel is hatched before its first version if it may have held an older image", () => {
  const story = scene();
  story
    .image("ami-1", { createdAt: story.world.now - 40 * day })
    .image("ami-2", { createdAt: story.world.now - 11 * day });

  expect(hatched(story, { image: "ami-2", daysAgo: 10 })).toEqual(["candidate", "stable", "images"]);
});

test("without images their lane is hatched as a whole", () => {
  expect(hatched(scene(), { image: "ami-1", daysAgo: 10 })).toEqual(["images"]);
});
