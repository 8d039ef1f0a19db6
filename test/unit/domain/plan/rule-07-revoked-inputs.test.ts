import { describe, expect, test } from "vitest";
import { plan } from "../../../../functions/domain/plan.ts";
import { scene } from "../../../scene.ts";
import { minute } from "../../../world.ts";

describe("rule 7: the inputs of a revoked image are not rebuilt", () => {
  test("a variant waits until one of them changes", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .image("ami-2", { revoked: { reason: "breaks networking", by: undefined, at: undefined } });
    expect(story.building()).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining(["ami-2 has the same inputs and is revoked: breaks networking"]),
    });
    expect(story.request("r1").building()).toMatchObject({ do: "build" });
  });

  test("a variant waits even if the revoked image is disabled or retired", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .image("ami-2", { state: "disabled" })
      .revoke("ami-2");
    story.change("ami-2", { retiredAt: story.world.now });
    expect(story.building()).toMatchObject({ do: "wait" });
  });

  test("a variant waits even if the revoked image was deregistered, which is no missing image", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .image("ami-2")
      .build({ status: "succeeded", image: "ami-2", endedAt: Date.parse("2026-11-04T10:00:00Z") })
      .revoke("ami-2")
      .notifyAll()
      .deregister("ami-2");
    expect(story.building()).toMatchObject({
      do: "wait",
      reasons: [
        "kubernetes 1.35.6 → 1.35.7",
        "ami-2 had the same inputs, was revoked and is gone: waiting for a change or a request",
      ],
    });
    expect(story.notifications("image-missing")).toEqual([]);
    const unrevoked = new Set([...story.world.notified, `unrevoked/ami-2/${story.world.now + 1}`]);
    expect(plan({ ...story.world, notified: unrevoked })).toContainEqual(expect.objectContaining({ do: "build" }));
    expect(story.request("r1").building()).toMatchObject({ do: "build" });
  });

  test.each([
    ["about to be enabled again", true, "wait"],
    ["disabled by a person", false, "build"],
  ])("an image that is %s after an unrevoke", (_, disabledByRevocation, does) => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .image("ami-2", { state: "disabled", withdrawnAt: 1, disabledByRevocation });
    expect(story.building()).toMatchObject({ do: does });
    expect(story.change("ami-2", { state: "available", withdrawnAt: undefined }).building().do).toBe("nothing");
  });

  test("an image that was just enabled again and is still shown as disabled is not built a second time", () => {
    const story = scene().published("ami-1", { kubernetes: "1.35.6" });
    const restoredAt = story.world.now - minute;
    story.image("ami-2", { state: "disabled", restoredAt });
    const until = restoredAt + 30 * minute;
    expect(story.building()).toMatchObject({ do: "wait", until });
    expect(story.change("ami-2", { restoredAt: restoredAt - 29 * minute }).building()).toMatchObject({ do: "build" });
  });

  test("an unrevoke lets the inputs be built again", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .image("ami-2", { proof: "failed" })
      .revoke("ami-2");
    expect(story.building()).toMatchObject({ do: "wait" });
    expect(story.unrevoke("ami-2").building()).toMatchObject({ do: "build" });
  });
});
