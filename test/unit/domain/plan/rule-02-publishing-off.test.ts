import { describe, expect, test } from "vitest";
import { indexWorld } from "../../../../functions/domain/indexed-world.ts";
import { explainChannel } from "../../../../functions/domain/publishing/explain.ts";
import { variantImages } from "../../../../functions/domain/variant-state.ts";
import { core, day, scene } from "../../../scene.ts";

const off = { policies: { publish: false } };
const why = "policies.publish is false in config.ts, so no channel is written";

describe("rule 2: with policies.publish false", () => {
  test("an image is built and proved", () => {
    expect(scene(off).building()).toMatchObject({ do: "build" });
    expect(scene(off).image("ami-1", { proof: undefined }).building()).toMatchObject({ do: "prove" });
  });

  test("no channel takes a proved image, however long it has soaked, and the reason is shown", () => {
    const story = scene(off)
      .image("ami-1")
      .later(30 * day);

    expect(story.publications()).toEqual({});
    expect(story.waiting("candidate")).toMatchObject({ reasons: [why] });
    expect(story.waiting("stable")).toMatchObject({ reasons: [why] });
    const world = indexWorld(story.world);
    expect(explainChannel(world, variantImages(world, core), "stable")).toBe(`stable holds nothing: ${why}`);
  });

  test("a channel stays, without a reason, if there is nothing that it could take", () => {
    expect(scene(off).published("ami-1").waiting("stable")).toBeUndefined();
  });

  test("a channel that holds a revoked image is stranded, because nothing is written to it", () => {
    const story = scene(off).published("ami-1").image("ami-2").revoke("ami-1");

    expect(story.publications()).toEqual({});
    expect(story.notifications("stranded")).toMatchObject([
      { channel: "candidate", waitsFor: [why] },
      { channel: "stable", waitsFor: [why] },
    ]);
  });

  test("nobody is asked to approve an image", () => {
    const story = scene({ policies: { publish: false, approval: "manual" } })
      .image("ami-1")
      .later(day);

    expect(story.notifications("approval-wanted")).toEqual([]);
  });

  test("an image that a channel may take later is not retired", () => {
    const story = scene(off)
      .image("ami-1")
      .later(30 * day);

    expect(story.actions().filter(({ do: what }) => what === "disable")).toEqual([]);
  });

  test("the channels take the newest image as soon as it is true again", () => {
    const story = scene(off)
      .image("ami-1")
      .later(2 * day);
    story.world.configuration.policies.publish = true;

    expect(story.publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });
});
