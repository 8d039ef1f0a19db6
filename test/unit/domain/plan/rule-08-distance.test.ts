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

  test("a Patch Tuesday does not wait: its updates are not in the last build, however recent that is", () => {
    const kubernetes = "2026-11-10T17:00:00Z";
    const release = "2026-11-10T19:00:00Z";
    const story = scene().published("ami-1").at(kubernetes).kubernetes("1.35.8");
    const built = { startedAt: Date.parse(kubernetes), endedAt: Date.parse(kubernetes) + 90 * 60_000 };
    story.image("ami-2", { createdAt: built.endedAt, provedAt: built.endedAt });
    story.build({ status: "succeeded", image: "ami-2", ...built });

    expect(story.at("2026-11-10T18:59:00Z").building()).toMatchObject({ do: "nothing" });
    expect(story.at(release).building()).toMatchObject({
      do: "build",
      reasons: ["patchTuesday 2026-10-13 → 2026-11-10"],
    });
  });

  test("a change after the build of a Patch Tuesday waits, and so does a Patch Tuesday that a clock has lost", () => {
    const release = Date.parse("2026-11-10T19:00:00Z");
    const built = { startedAt: release, endedAt: release + 90 * 60_000 };
    const story = scene().published("ami-1").at("2026-11-10T21:00:00Z");
    story.image("ami-2", { createdAt: built.endedAt, provedAt: built.endedAt });
    story.build({ status: "succeeded", image: "ami-2", ...built });

    const wait = { do: "wait", until: Date.parse("2026-11-11T15:00:00Z") };
    expect(story.kubernetes("1.35.8").building()).toMatchObject(wait);
    expect(story.at("2026-11-10T18:00:00Z").building()).toMatchObject(wait);
  });
});
