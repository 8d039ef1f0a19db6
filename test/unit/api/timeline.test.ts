import { expect, test } from "vitest";
import { timelinePage } from "../../../functions/api/page/timeline-page.ts";
import { idsToRead, timelineOf } from "../../../functions/api/timeline.ts";
import { newestFirst } from "../../../functions/domain/images.ts";
import { core, hour, scene } from "../../scene.ts";

const report = {
  osBuild: "20348.4400",
  kubernetes: { kubelet: "1.35.7", kubeProxy: "1.35.7" },
  containerd: "2.1.6",
  installedUpdates: [],
  containerImages: [],
  customSteps: [],
};

function imagesOf(count: number) {
  const story = scene();
  const { now } = story.world;
  for (let index = 0; index < count; index++) story.image(`ami-${index}`, { createdAt: now - (count - index) * hour });
  return story;
}

test("an image is compared with the proved one before it, past copies and images without a passed proof", () => {
  const story = imagesOf(5)
    .change("ami-1", { made: false, unrecorded: [{ claim: "that its proof passed", record: "proofs/ami-1" }] })
    .change("ami-2", { proof: undefined, provedAt: undefined })
    .change("ami-3", { proof: "failed" });
  const reports = new Map([
    ["ami-0", report],
    ["ami-4", { ...report, osBuild: "20348.4405" }],
  ]);
  const memory = { builds: [], buildsSince: 0, versions: { candidate: [], stable: [] }, reports };

  const [newest] = timelineOf(story.world, core, memory, "/channels").images;

  expect(newest).toMatchObject({ image: "ami-4", inside: { comparedWith: "ami-0" } });
  expect(newest?.inside?.changes).not.toEqual([]);
});

test("the reports of 21 images are read, so that the twentieth is compared, too", () => {
  const { world } = imagesOf(25);

  expect(idsToRead(newestFirst(world.images))).toEqual(Array.from({ length: 21 }, (_, index) => `ami-${24 - index}`));
});

test("the newest 200 images are told, and whether there are older ones", () => {
  const memory = { builds: [], buildsSince: 0, versions: { candidate: [], stable: [] }, reports: new Map() };
  const told = (count: number) => timelineOf(imagesOf(count).world, core, memory, "/channels");

  expect(told(200)).toMatchObject({ images: { length: 200 }, imagesCut: false });
  expect(told(201)).toMatchObject({ images: { length: 200 }, imagesCut: true });
  expect(timelinePage(told(201))).toContain("These are the newest 200; there are older ones.");
});

test("the report of the image before is read wherever it is in the list", () => {
  const story = imagesOf(30);
  for (let index = 1; index < 29; index++) story.change(`ami-${index}`, { made: false });

  expect(idsToRead(newestFirst(story.world.images))).toContain("ami-0");
});
