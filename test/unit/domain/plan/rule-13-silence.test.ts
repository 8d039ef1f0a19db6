import { describe, expect, test } from "vitest";
import { core, day, scene } from "../../../scene.ts";

describe("rule 13: a dead source does not look like a calm one", () => {
  test("a base family without a release for silentAfter days", () => {
    expect(
      scene()
        .published("ami-1")
        .baseReleased(45 * day)
        .announcements(),
    ).toEqual([]);
    expect(
      scene()
        .published("ami-1")
        .baseReleased(46 * day)
        .announcements(),
    ).toEqual([`silent/${core}/ami-00000000000000001`]);
  });

  test("is told once for one release, and again when the next one falls silent too", () => {
    const story = scene()
      .published("ami-1")
      .baseReleased(46 * day)
      .tellAll();
    expect(story.later(20 * day).facts("silent")).toEqual([]);
    story.baseAmi("ami-00000000000000002").later(46 * day);
    expect(story.facts("silent")).toMatchObject([{ image: "ami-00000000000000002" }]);
  });

  test("a base that does not exist is told at once, and again each month while it lasts", () => {
    const story = scene().published("ami-1").baseMissing();
    expect(story.facts("base-missing")).toHaveLength(1);
    expect(story.tellAll().later(day).facts("base-missing")).toEqual([]);
    expect(story.at("2026-12-01T00:00:00Z").facts("base-missing")).toHaveLength(1);
    expect(story.tellAll().at("2026-12-31T23:00:00Z").facts("base-missing")).toEqual([]);
  });

  test("a base image that AWS has withdrawn, or an EKS image that nobody can harvest from, is told too", () => {
    const story = scene().published("ami-1");
    Object.assign(story.world.upstream[core] ?? {}, {
      baseImage: { state: "missing", why: "EC2 does not list it" },
      harvestSource: { state: "missing", why: "no such parameter" },
    });
    expect(story.facts("base-missing")).toMatchObject([{ why: "EC2 does not list it" }]);
    expect(story.facts("harvest-missing")).toMatchObject([{ why: "no such parameter" }]);
  });
});
