import { describe, expect, test } from "vitest";
import { day, scene } from "../../../scene.ts";

describe("rule 5: a running build is left to finish, even if its inputs have become old", () => {
  test("a running build is left to finish, even if its inputs have become old", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").build().kubernetes("1.35.9");
    expect(story.building()).toMatchObject({ do: "wait", reasons: ["build project:build-1 runs (BUILD)"] });
  });

  test("what it could not know is decided when it is over", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .image("ami-2")
      .later(2 * day)
      .kubernetes("1.35.8");
    expect(story.building()).toMatchObject({ do: "build", reasons: ["kubernetes 1.35.7 → 1.35.8"] });
  });
});
