import { describe, expect, test } from "vitest";
import { core, day, scene } from "../../../scene.ts";

describe("rule 13: a source that has ended does not look like a quiet one", () => {
  test("a base family is silent if it has no release for silentAfter", () => {
    expect(
      scene()
        .published("ami-1")
        .baseReleased(45 * day)
        .notificationKeys(),
    ).toEqual([]);
    expect(
      scene()
        .published("ami-1")
        .baseReleased(46 * day)
        .notificationKeys(),
    ).toEqual([`silent/${core}/ami-00000000000000001`]);
  });

  test("a silent base family is notified once per release", () => {
    const story = scene()
      .published("ami-1")
      .baseReleased(46 * day)
      .notifyAll();
    expect(story.later(20 * day).notifications("silent")).toEqual([]);
    story.baseAmi("ami-00000000000000002").later(46 * day);
    expect(story.notifications("silent")).toMatchObject([{ image: "ami-00000000000000002" }]);
  });

  test("a base that does not exist is notified at once, and again each month", () => {
    const story = scene().published("ami-1").baseMissing();
    expect(story.notifications("base-missing")).toHaveLength(1);
    expect(story.notifyAll().later(day).notifications("base-missing")).toEqual([]);
    expect(story.at("2026-12-01T00:00:00Z").notifications("base-missing")).toHaveLength(1);
    expect(story.notifyAll().at("2026-12-31T23:00:00Z").notifications("base-missing")).toEqual([]);
  });

  test("a withdrawn base image is notified, and so is a missing EKS image to harvest from", () => {
    const story = scene()
      .published("ami-1")
      .changeUpstream({
        baseImage: { state: "missing", why: "EC2 does not list it" },
        harvestSource: { state: "missing", why: "no such parameter" },
      });
    expect(story.notifications("base-missing")).toMatchObject([{ why: "EC2 does not list it" }]);
    expect(story.notifications("harvest-missing")).toMatchObject([{ why: "no such parameter" }]);
  });
});
