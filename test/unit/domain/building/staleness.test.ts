import { describe, expect, test } from "vitest";
import { stalenessOf } from "../../../../functions/domain/building/staleness.ts";
import { stateOf } from "../../../../functions/domain/variant-state.ts";
import type { World } from "../../../../functions/domain/world.ts";
import { day, hour, scene } from "../../../scene.ts";

function standing(world: World) {
  const [variant] = world.configuration.variants;
  if (!variant) throw new Error("the scene has no variant");
  return stalenessOf(world, stateOf(world, variant));
}

/** Hours since the variant has been behind. */
function hoursBehind(world: World): number | undefined {
  const { behindSince } = standing(world);
  return behindSince === undefined ? undefined : (world.now - behindSince) / hour;
}

describe("A variant", () => {
  test("whose newest image has all inputs as they should be is not behind", () => {
    const { world } = scene().published("ami-1");

    expect(standing(world)).toMatchObject({ image: "ami-1", drift: [], behindSince: undefined, failing: false });
  });

  test("whose upstream does not answer is not behind: unknown is no drift", () => {
    const { world } = scene()
      .published("ami-1")
      .silentAbout("kubernetes")
      .silentAbout("baseAmi")
      .later(2 * day);

    expect(hoursBehind(world)).toBeUndefined();
  });

  test("that an image not yet published to a channel is up to date for is not behind", () => {
    const { world } = scene().published("ami-1", { kubernetes: "1.35.6" }).image("ami-2");

    expect(hoursBehind(world)).toBeUndefined();
  });

  test("is behind a base since AWS released it", () => {
    const { world } = scene()
      .published("ami-1")
      .later(day)
      .baseAmi("ami-00000000000000002")
      .later(5 * hour);

    expect(hoursBehind(world)).toBe(5);
  });

  test("is behind the first Patch Tuesday that its image missed, not the last", () => {
    const { world } = scene().published("ami-1").at("2026-12-09T19:00:00Z");

    // 10 November, 11:00 in Los Angeles.
    expect(hoursBehind(world)).toBe(29 * 24);
  });

  test("is behind the latest Patch Tuesday where its image does not say which it has", () => {
    const { world } = scene().published("ami-1", { patchTuesday: "none" }).at("2026-11-12T19:00:00Z");

    expect(hoursBehind(world)).toBe(48);
  });

  test("is behind a request since somebody made it", () => {
    const { world } = scene()
      .published("ami-1")
      .request("again")
      .later(3 * hour);

    expect(hoursBehind(world)).toBe(3);
  });

  test("is behind for as long as the oldest of its changes", () => {
    const story = scene()
      .published("ami-1")
      .request("again")
      .later(7 * hour);
    const { world } = story.baseAmi("ami-00000000000000002").later(hour);

    expect(hoursBehind(world)).toBe(8);
  });
});

describe("When nobody tells when an input changed, a variant is behind", () => {
  test("since now, as long as no build has taken it", () => {
    const { world } = scene().published("ami-1").kubernetes("1.35.8").later(day);

    expect(hoursBehind(world)).toBe(0);
  });

  test("since its first build that took it", () => {
    const story = scene()
      .published("ami-1")
      .kubernetes("1.35.8")
      .failed("download")
      .later(6 * hour);
    const { world } = story.failed("download").later(hour);

    expect(hoursBehind(world)).toBe(7.5);
  });

  test("but not since a build of before its image, when the recipe went back to what it had been", () => {
    const story = scene()
      .build({ status: "succeeded", endedAt: 1, startedAt: 0 })
      .published("ami-1", {
        recipe: "f".repeat(64),
      });

    expect(hoursBehind(story.world)).toBe(0);
  });

  test("and not since its release, when AWS went back to an older base", () => {
    const story = scene()
      .published("ami-1", { baseAmi: "ami-00000000000000009" })
      .baseReleased(60 * day);

    expect(hoursBehind(story.world)).toBe(0);
  });
});

describe("A variant without an image", () => {
  test("that nothing has been tried for is behind since now", () => {
    expect(standing(scene().world)).toMatchObject({ image: undefined, failing: false });
    expect(hoursBehind(scene().world)).toBe(0);
  });

  test("is behind since its first build", () => {
    const { world } = scene()
      .failed("test")
      .later(4 * hour);

    expect(hoursBehind(world)).toBe(4.5);
  });

  test("is behind since the revocation that took its last one", () => {
    const { world } = scene()
      .published("ami-1")
      .later(day)
      .revoke("ami-1")
      .later(2 * hour);

    expect(hoursBehind(world)).toBe(2);
  });
});

describe("A variant fails", () => {
  const behind = () => scene().published("ami-1").kubernetes("1.35.8");

  test("when it is behind and its last build failed", () => {
    expect(standing(behind().failed("test").world).failing).toBe(true);
  });

  test("also while the next try runs", () => {
    expect(standing(behind().failed("test").later(hour).build().world).failing).toBe(true);
  });

  test("when its last build succeeded and no image of it is to be seen", () => {
    const lost = { status: "succeeded" as const, image: "ami-2" };
    const story = behind().build({ ...lost, startedAt: behind().world.now, endedAt: behind().world.now });

    expect(standing(story.world).failing).toBe(false);
    expect(standing(story.later(hour).world).failing).toBe(true);
  });

  test("not when a person stopped it, nor when a later one succeeded, nor when it has what it should have", () => {
    const stopped = behind().failed("test").later(hour).build({ status: "stopped", endedAt: 1 });
    const upToDate = scene().published("ami-1").failed("test");

    expect(standing(stopped.world).failing).toBe(false);
    expect(standing(upToDate.world).failing).toBe(false);
  });
});
