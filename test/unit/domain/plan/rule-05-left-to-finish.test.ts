import { describe, expect, test } from "vitest";
import { day, scene } from "../../../scene.ts";

describe("rule 5: a running build finishes even if its inputs change", () => {
  test("a running build is not replaced when an input changes", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").build().kubernetes("1.35.9");
    expect(story.building()).toMatchObject({ do: "wait", reasons: ["build project:build-1 runs (BUILD)"] });
  });

  test("a change during a build starts the next build after it", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .image("ami-2")
      .later(2 * day)
      .kubernetes("1.35.8");
    expect(story.building()).toMatchObject({ do: "build", reasons: ["kubernetes 1.35.7 → 1.35.8"] });
  });
});
