import { describe, expect, test } from "vitest";
import { stalenessOf } from "../../../../functions/domain/building/staleness.ts";
import { indexWorld } from "../../../../functions/domain/indexed-world.ts";
import { stateOf } from "../../../../functions/domain/variant-state.ts";
import type { World } from "../../../../functions/domain/world.ts";
import { day, hour, scene } from "../../../scene.ts";

function stalenessIn(world: World) {
  const [variant] = world.configuration.variants;
  if (!variant) throw new Error("the scene has no variant");
  const indexed = indexWorld(world);
  return stalenessOf(indexed, stateOf(indexed, variant));
}

/** For how many hours the variant has been behind. */
function hoursBehind(world: World): number | undefined {
  const { behindSince } = stalenessIn(world);
  return behindSince === undefined ? undefined : (world.now - behindSince) / hour;
}

describe("a variant", () => {
  test("is not behind if its newest image has the desired inputs", () => {
    const { world } = scene().published("ami-1");

    expect(stalenessIn(world)).toMatchObject({ image: "ami-1", drift: [], behindSince: undefined, failing: false });
  });

  test("is not behind if its upstream does not answer, because unknown is not drift", () => {
    const { world } = scene()
      .published("ami-1")
      .silentAbout("kubernetes")
      .silentAbout("baseAmi")
      .later(2 * day);

    expect(hoursBehind(world)).toBeUndefined();
  });

  test("is not behind if its newest image is up to date but not published yet", () => {
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

  test("is behind the latest Patch Tuesday if its image records none", () => {
    const { world } = scene().published("ami-1", { patchTuesday: "none" }).at("2026-11-12T19:00:00Z");

    expect(hoursBehind(world)).toBe(48);
  });

  test("is behind a request since it was made", () => {
    const { world } = scene()
      .published("ami-1")
      .request("again")
      .later(3 * hour);

    expect(hoursBehind(world)).toBe(3);
  });

  test("is behind for as long as its oldest change", () => {
    const story = scene()
      .published("ami-1")
      .request("again")
      .later(7 * hour);
    const { world } = story.baseAmi("ami-00000000000000002").later(hour);

    expect(hoursBehind(world)).toBe(8);
  });
});

describe("a variant whose input changed at an unknown time is behind", () => {
  test("since now, until a build has used the new value", () => {
    const { world } = scene().published("ami-1").kubernetes("1.35.8").later(day);

    expect(hoursBehind(world)).toBe(0);
  });

  test("since the first build that used the new value", () => {
    const story = scene()
      .published("ami-1")
      .kubernetes("1.35.8")
      .failed("download")
      .later(6 * hour);
    const { world } = story.failed("download").later(hour);

    expect(hoursBehind(world)).toBe(7.5);
  });

  test("but not since a build before its image, if the recipe went back to an earlier one", () => {
    const story = scene()
      .build({ status: "succeeded", endedAt: 1, startedAt: 0 })
      .published("ami-1", {
        recipe: "f".repeat(64),
      });

    expect(hoursBehind(story.world)).toBe(0);
  });

  test("but not since the base's release, if AWS went back to an older base", () => {
    const story = scene()
      .published("ami-1", { baseAmi: "ami-00000000000000009" })
      .baseReleased(60 * day);

    expect(hoursBehind(story.world)).toBe(0);
  });
});

describe("a variant without an image", () => {
  test("is behind since now if it has no build yet", () => {
    expect(stalenessIn(scene().world)).toMatchObject({ image: undefined, failing: false });
    expect(hoursBehind(scene().world)).toBe(0);
  });

  test("is behind since its first build", () => {
    const { world } = scene()
      .failed("test")
      .later(4 * hour);

    expect(hoursBehind(world)).toBe(4.5);
  });

  test("is behind since the revocation of its last image", () => {
    const { world } = scene()
      .published("ami-1")
      .later(day)
      .revoke("ami-1")
      .later(2 * hour);

    expect(hoursBehind(world)).toBe(2);
  });
});

describe("a variant is failing", () => {
  const behind = () => scene().published("ami-1").kubernetes("1.35.8");

  test("if it is behind and its last build failed", () => {
    expect(stalenessIn(behind().failed("test").world).failing).toBe(true);
  });

  test("while the next attempt runs", () => {
    expect(stalenessIn(behind().failed("test").later(hour).build().world).failing).toBe(true);
  });

  test("if its last build succeeded and the image is missing", () => {
    const lost = { status: "succeeded" as const, image: "ami-2" };
    const story = behind().build({ ...lost, startedAt: behind().world.now, endedAt: behind().world.now });

    expect(stalenessIn(story.world).failing).toBe(false);
    expect(stalenessIn(story.later(hour).world).failing).toBe(true);
  });

  test("but not if a person stopped the build, a later one succeeded or the variant is up to date", () => {
    const stopped = behind().failed("test").later(hour).build({ status: "stopped", endedAt: 1 });
    const upToDate = scene().published("ami-1").failed("test");

    expect(stalenessIn(stopped.world).failing).toBe(false);
    expect(stalenessIn(upToDate.world).failing).toBe(false);
  });
});
