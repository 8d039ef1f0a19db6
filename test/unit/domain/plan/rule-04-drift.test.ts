import { describe, expect, test } from "vitest";
import { scene } from "../../../scene.ts";

describe("rule 4: drift from the newest publishable image starts a build", () => {
  test("a variant without an image gets its first one", () => {
    expect(scene().building()).toMatchObject({ do: "build", reasons: ["first image of the variant"] });
  });

  test("a variant without drift gets no build", () => {
    const story = scene().published("ami-1");
    expect(story.building()).toMatchObject({ do: "nothing", reasons: ["ami-1 is up to date"] });
    expect(story.actions()).toHaveLength(1);
  });

  test.each([
    [
      "a new EKS-optimized AMI",
      scene().published("ami-1").baseAmi("ami-00000000000000002"),
      "baseAmi ami-00000000000000001 → ami-00000000000000002",
    ],
    ["a new Kubernetes patch", scene().published("ami-1").kubernetes("1.35.8"), "kubernetes 1.35.7 → 1.35.8"],
    ["Patch Tuesday", scene().published("ami-1").at("2026-11-10T19:00:00Z"), "patchTuesday 2026-10-13 → 2026-11-10"],
    ["a request", scene().published("ami-1").request("r1"), "request none → r1"],
    ["a changed recipe", scene().published("ami-1", { recipe: "b".repeat(64) }), "recipe bbbbbbbbbbbb → aaaaaaaaaaaa"],
  ])("%s starts a build, with that reason", (_, story, reason) => {
    expect(story.building()).toMatchObject({ do: "build", reasons: [reason] });
  });

  test.each(["ContainersLatest", "Base"] as const)("a new %s AMI starts a build, with that reason", (base) => {
    const story = scene({ variants: [{ windows: 2022, kubernetes: "1.35", base }] })
      .published("ami-1")
      .baseAmi("ami-00000000000000002");
    expect(story.building()).toMatchObject({
      do: "build",
      reasons: ["baseAmi ami-00000000000000001 → ami-00000000000000002"],
    });
  });

  test("a patch older than the newest image's is no drift, because a release host can repeat an old answer", () => {
    const story = scene().published("ami-1", { kubernetes: "1.35.9" });
    expect(story.kubernetes("1.35.8").building()).toMatchObject({ do: "nothing" });
    expect(story.kubernetes("1.35.10").building()).toMatchObject({ reasons: ["kubernetes 1.35.9 → 1.35.10"] });
  });

  test("several changes start one build with all reasons", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").at("2026-11-10T19:00:00Z");
    expect(story.building()).toMatchObject({
      do: "build",
      reasons: ["kubernetes 1.35.7 → 1.35.8", "patchTuesday 2026-10-13 → 2026-11-10"],
    });
  });

  test("an image without a record of an input does not count as an image", () => {
    expect(scene().image("ami-1", {}, { settings: undefined }).building()).toMatchObject({
      do: "build",
      reasons: ["no image of the variant can be published"],
    });
  });

  test("an image with incomplete tags is not the one to compare with", () => {
    const story = scene()
      .published("ami-1")
      .image("ami-2", { createdAt: Date.parse("2026-11-04T11:00:00Z") }, { settings: undefined });
    expect(story.building()).toMatchObject({ do: "nothing", reasons: ["ami-1 is up to date"] });
  });
});
