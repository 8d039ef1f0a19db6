import { describe, expect, test } from "vitest";
import { hour, scene } from "../../../scene.ts";

describe("rule 9: a request overrides rules 6 to 8, but not a running build", () => {
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

  test("a request starts a build although builds were given up", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").failed("proof").failed("proof").failed("proof");
    expect(story.request("r1").building()).toMatchObject({
      do: "build",
      reasons: ["kubernetes 1.35.7 → 1.35.8", "request none → r1"],
    });
  });

  test("a request starts a build although the variant has no image and its build was stopped", () => {
    const story = scene()
      .build({ status: "stopped", endedAt: Date.parse("2026-11-04T12:00:00Z") })
      .request("r1")
      .later(hour);
    expect(story.building()).toMatchObject({
      do: "build",
      reasons: ["first image of the variant", "request none → r1"],
    });
  });

  test("a request whose build has started no longer overrides minInterval", () => {
    const story = justBuilt()
      .request("r1")
      .build({
        status: "succeeded",
        startedAt: Date.parse("2026-11-04T11:30:00Z"),
        endedAt: Date.parse("2026-11-04T11:30:00Z"),
        image: "ami-2",
      })
      .image("ami-2");
    expect(story.kubernetes("1.35.8").later(hour).building()).toMatchObject({ do: "wait" });
  });

  test("a request overrides minInterval", () => {
    expect(justBuilt().request("r1").building()).toMatchObject({ do: "build" });
  });

  test("a request does not start a second build beside a running one", () => {
    expect(scene().build().request("r1").building()).toMatchObject({ do: "wait" });
  });
});
