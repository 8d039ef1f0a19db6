import { describe, expect, test } from "vitest";
import { core, hour, minute, scene } from "../../../scene.ts";

describe("rule 4: a variant has one build at a time, which counts until its image is complete", () => {
  test("a successful build counts as running for 30 minutes or until its image is visible", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .build({ status: "succeeded", endedAt: Date.parse("2026-11-04T12:00:00Z"), image: "ami-2" });
    expect(story.building()).toMatchObject({ do: "wait", until: Date.parse("2026-11-04T12:30:00Z") });
  });

  test("a successful build counts as running until its image shows the proof", () => {
    const story = scene()
      .image("ami-2", { proof: undefined, provedAt: undefined })
      .build({ status: "succeeded", endedAt: Date.parse("2026-11-04T12:00:00Z"), image: "ami-2" });
    expect(story.building()).toMatchObject({ do: "wait" });
  });

  test("a failed build counts as running until its image and its proof are visible", () => {
    const noon = Date.parse("2026-11-04T12:00:00Z");
    const invisible = scene().failed("unproved", { image: "ami-2", endedAt: noon });
    expect(invisible.building()).toMatchObject({ do: "wait", until: noon + hour / 2 });
    const untagged = scene().image("ami-2", { proof: undefined }).failed("proof", { image: "ami-2", endedAt: noon });
    expect(untagged.building()).toMatchObject({ do: "wait", until: noon + hour / 2 });
  });

  test("a proof that passed counts as running until its own result is visible, not an earlier one", () => {
    const noon = Date.parse("2026-11-04T12:00:00Z");
    const story = scene()
      .image("ami-2", { proof: "failed" })
      .failed("proof", { image: "ami-2", startedAt: noon - 2 * hour, endedAt: noon - hour })
      .build({ purpose: "prove", status: "succeeded", image: "ami-2", startedAt: noon - hour / 2, endedAt: noon });
    expect(story.building()).toMatchObject({ do: "wait", until: noon + hour / 2 });
    expect(story.change("ami-2", { proof: "passed" }).building()).toMatchObject({ do: "nothing" });
  });

  test("an order that CodeBuild does not list yet counts as running, also for the same order", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8");
    const ordered = story.building();
    if (ordered.do !== "build") throw new Error("expected a build");
    const { variant, token } = ordered.order;
    story.world.starts = [{ variant, token, at: story.world.now }];
    expect(story.later(minute).building()).toMatchObject({ do: "wait", until: Date.parse("2026-11-04T12:07:00Z") });

    story.kubernetes("1.35.9");
    expect(story.building()).toMatchObject({
      do: "wait",
      until: Date.parse("2026-11-04T12:07:00Z"),
      reasons: [
        "kubernetes 1.35.7 → 1.35.9",
        "an order of 2026-11-04T12:00:00.000Z may run already: CodeBuild does not list it yet",
      ],
    });
    expect(story.later(6 * minute).building()).toMatchObject({ do: "build" });
  });

  test("an order that CodeBuild lists counts as what CodeBuild says", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").later(0);
    const { token } =
      story.failed("capacity", { inputs: story.inputs({ kubernetes: "1.35.6" }) }).world.builds[0] ?? {};
    story.world.starts = [{ variant: core, token: `${token}`, at: story.world.now }];
    expect(story.building()).toMatchObject({ do: "build" });
  });

  test("a build whose image stays invisible is a reason for the next build and counts as a transient failure", () => {
    const noon = Date.parse("2026-11-04T12:00:00Z");
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .build({ status: "succeeded", endedAt: noon, image: "ami-2" });

    story.later(hour / 2);
    expect(story.building()).toMatchObject({
      do: "wait",
      until: noon + 0.75 * hour,
      reasons: expect.arrayContaining(["project:build-1 has made ami-2, which EC2 does not show with all its tags"]),
    });
    expect(story.later(hour / 4).building()).toMatchObject({ do: "build", order: { attempt: 2 } });

    story.build({ status: "succeeded", endedAt: story.world.now, image: "ami-3" }).later(hour / 2);
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + hour / 2 });
  });

  test("a build that does not name its image is a failure", () => {
    const story = scene()
      .build({ status: "succeeded", endedAt: Date.parse("2026-11-04T12:00:00Z") })
      .later(hour);
    expect(story.building()).toMatchObject({
      do: "build",
      reasons: expect.arrayContaining(["project:build-1 succeeded without naming its image"]),
    });
  });

  test("an image that becomes visible late is used", () => {
    const story = scene().build({ status: "succeeded", endedAt: Date.parse("2026-11-04T12:00:00Z"), image: "ami-2" });
    expect(story.later(hour).image("ami-2").building()).toMatchObject({ do: "nothing" });
  });
});
