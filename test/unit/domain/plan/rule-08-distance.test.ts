import { describe, expect, test } from "vitest";
import { scene } from "../../../scene.ts";

describe("rule 8: builds of a variant start at least minInterval apart", () => {
  const justBuilt = () =>
    scene()
      .image("ami-1")
      .holds("ami-1")
      .build({
        status: "succeeded",
        startedAt: Date.parse("2026-11-04T10:00:00Z"),
        endedAt: Date.parse("2026-11-04T11:00:00Z"),
        image: "ami-1",
      });

  test("a change waits until minInterval after the last start", () => {
    const story = justBuilt().kubernetes("1.35.8");
    expect(story.building()).toMatchObject({ do: "wait", until: Date.parse("2026-11-05T06:00:00Z") });
    expect(story.at("2026-11-05T06:00:00Z").building()).toMatchObject({ do: "build" });
  });

  test("a failed build does not count", () => {
    const story = justBuilt()
      .kubernetes("1.35.8")
      .failed("capacity")
      .later(15 * 60_000);
    expect(story.building()).toMatchObject({ do: "build", order: { attempt: 2 } });
  });
});
