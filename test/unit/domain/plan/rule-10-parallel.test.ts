import { describe, expect, test } from "vitest";
import { core, day, full, scene, two } from "../../../scene.ts";

describe("rule 10: at most maxParallel builds run at once, the stalest variant first", () => {
  test("the stalest variant starts first, and the other waits for its turn", () => {
    const story = scene({ ...two, policies: { maxParallel: 1 } })
      .published("ami-1")
      .later(day)
      .published("ami-2", {}, full)
      .at("2026-11-10T19:00:00Z");
    expect(story.building(core)).toMatchObject({ do: "build" });
    expect(story.building(full)).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining([expect.stringContaining("waits for its turn")]),
    });
  });

  test("a variant without an image is the stalest", () => {
    const story = scene({ ...two, policies: { maxParallel: 1 } })
      .published("ami-1")
      .kubernetes("1.35.8");
    expect(story.building(full)).toMatchObject({ do: "build" });
    expect(story.building(core)).toMatchObject({ do: "wait" });
  });

  test("running builds count", () => {
    const story = scene({ ...two, policies: { maxParallel: 1 } }).build();
    expect(story.building(full)).toMatchObject({ do: "wait" });
  });

  test("an order that CodeBuild does not list yet counts", () => {
    const story = scene({ ...two, policies: { maxParallel: 1 } });
    const [first] = [story.building(core), story.building(full)].filter((one) => one.do === "build");
    if (first?.do !== "build") throw new Error("expected a build");
    const { variant, token } = first.order;
    const other = variant === core ? full : core;
    story.world.starts = [{ variant, token, at: story.world.now }];
    // The other one has no image, too, or an older one.
    story.image("ami-1", { variant }, { patchTuesday: "2026-09-08" });
    expect(story.building(variant)).toMatchObject({ do: "wait" });
    expect(story.building(other)).toMatchObject({ do: "wait" });
  });

  test("both variants start if there is room", () => {
    const story = scene(two);
    expect([story.building(core).do, story.building(full).do]).toEqual(["build", "build"]);
  });
});
