import { describe, expect, test } from "vitest";
import { core, full, scene, two } from "../../../scene.ts";

describe("rule 14: one variant's trouble never blocks another variant", () => {
  test("a base that does not exist blocks only its own variant", () => {
    const story = scene(two).baseMissing(core).silentAbout("kubernetes", core);
    expect(story.building(full)).toMatchObject({ do: "build" });
  });

  test("a build counts only for its own variant", () => {
    const story = scene(two)
      .published("ami-1")
      .kubernetes("1.35.8")
      .failed("test", { variant: full })
      .build({ variant: full });
    expect(story.building(core)).toMatchObject({ do: "build", order: { attempt: 1 } });
  });

  test("a channel in an unknown state blocks only its own variant", () => {
    const story = scene(two).published("ami-1").image("ami-2").image("ami-9", { variant: full });
    story.changeChannels({ holds: { status: "unknown", why: "throttled" } });
    expect(story.publications(core)).toEqual({});
    expect(story.publications(full)).toEqual({ candidate: "ami-9", stable: "ami-9" });
  });

  test("a revoked image leaves only its own variant's channels", () => {
    const story = scene(two).published("ami-1").published("ami-9", {}, full).revoke("ami-1");
    expect(story.publications(full)).toEqual({});
    expect(story.notifications("revoked", full)).toEqual([]);
  });
});
