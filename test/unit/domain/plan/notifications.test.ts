import { describe, expect, test } from "vitest";
import { core, day, hour, minute, type Scene, scene } from "../../../scene.ts";

const old = { createdAt: 1, provedAt: 1 };

describe("what subscribers are told of a channel", () => {
  test("a published image, once for each channel, and not again", () => {
    const story = scene().image("ami-1").holds("ami-1").forgetNotifications();
    expect(story.notificationKeys()).toEqual([
      `published/${core}/candidate/1-ami-1`,
      `published/${core}/stable/1-ami-1`,
    ]);
    expect(story.notifyAll().notificationKeys()).toEqual([]);
  });

  test("with what changed against the image that the channel held before", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.5" })
      .image("ami-2", old, { kubernetes: "1.35.6" })
      .image("ami-3")
      .holds("ami-3")
      .forgetNotifications();
    expect(story.notifications("published")[0]).toMatchObject({
      previous: "ami-1",
      reasons: ["kubernetes 1.35.5 → 1.35.7"],
    });
  });

  test("that it is the first, or that nobody can compare", () => {
    const story = scene().published("ami-1").forgetNotifications();
    expect(story.notifications("published")[0]).toMatchObject({
      previous: undefined,
      reasons: ["first image of the channel"],
    });
    story.image("ami-2").holds("ami-2").forgetNotifications();
    story.deregister("ami-1");
    expect(story.notifications("published")[0]).toMatchObject({
      reasons: ["ami-1 is gone, so there is nothing to compare with"],
    });
  });

  test("that somebody else wrote it", () => {
    const story = scene().image("ami-1", old).image("ami-2").holds("ami-2");
    story.changeChannels({ image: "ami-1", version: 9, writtenAt: story.world.now }).later(5 * minute);
    expect(story.notifications("published")[0]).toMatchObject({
      image: "ami-1",
      previous: undefined,
      reasons: ["the parameter was not written by this service"],
    });
  });

  test("again where somebody had put another image there in between", () => {
    const story = scene().published("ami-1");
    story.changeChannels({ image: "ami-theirs", version: 2, writtenAt: story.world.now }, ["stable"]);
    expect(story.notifications("published")).toEqual([]);
    story.changeChannels({ image: "ami-1", version: 3, writtenAt: story.world.now }, ["stable"]).later(5 * minute);
    expect(story.notifications("published")).toMatchObject([{ key: `published/${core}/stable/3-ami-1` }]);
  });

  test("of a rollback whose tag becomes visible late: that it was one, not that somebody else wrote the channel", () => {
    const story = scene()
      .published("ami-1")
      .later(day)
      .image("ami-2", { createdAt: Date.parse("2026-11-05T09:00:00Z") })
      .holds("ami-2", ["stable"])
      .revoke("ami-2");
    story.changeChannels({ image: "ami-1", version: 3, writtenAt: story.world.now }, ["stable"]);

    const early = [story.notifications("published"), story.notifications("rolled-back")].flat();
    story.change("ami-1", { published: { stable: { at: story.world.now - 500, previous: "ami-2" } } });

    expect(early.filter(({ channel }) => channel === "stable")).toEqual([]);
    expect(story.notifications("rolled-back")).toMatchObject([
      { channel: "stable", image: "ami-1", previous: "ami-2" },
    ]);
  });

  test("what somebody else wrote, at once where the channel moves on", () => {
    const story = scene().published("ami-1").image("ami-2", { provedAt: 1 }).holds("ami-2");
    const holds = { status: "described", createdAt: 1, state: "available" } as const;
    story.changeChannels({ image: "ami-1", version: 3, writtenAt: story.world.now, holds }, ["stable"]);
    expect(story.publications()).toMatchObject({ stable: "ami-2" });
    expect(story.notifications("published")).toMatchObject([{ channel: "stable", image: "ami-1" }]);
  });

  test("that the newest image waits for nothing but an approval, once", () => {
    const story = scene({ policies: { approval: "manual" } })
      .published("ami-1")
      .image("ami-2")
      .holds("ami-2", ["candidate"]);

    const soaking = story.notifications("approval-wanted");
    const soaked = story.later(23 * hour).notifications("approval-wanted");
    const newer = story
      .later(hour)
      .image("ami-3", { provedAt: story.world.now - 25 * hour })
      .notifications("approval-wanted");

    expect(soaking).toEqual([]);
    expect(
      scene({ policies: { approval: "manual" } })
        .image("ami-1")
        .notifications("approval-wanted"),
    ).toHaveLength(1);
    expect(soaked).toMatchObject([{ channel: "stable", image: "ami-2", holds: "ami-1" }]);
    expect(newer).toMatchObject([{ image: "ami-3" }]);
    expect(story.notifyAll().notifications("approval-wanted")).toEqual([]);
    expect(story.approve("ami-3").notifications("approval-wanted")).toEqual([]);
  });

  test("once where one image was written twice in a row", () => {
    const story = scene().published("ami-1");
    story.changeChannels({ version: 2 }, ["stable"]);
    expect(story.notifications("published")).toEqual([]);
  });

  test("before the channel moves on, so that no publication goes untold", () => {
    const story = scene().published("ami-1").image("ami-2");
    story.world.notified.delete(`published/${core}/candidate/1-ami-1`);
    const done = story.actions().map((action) => action.do);
    expect(done.slice(0, 2)).toEqual(["announce", "publish"]);
  });

  test("nothing of what is older than 30 days", () => {
    const story = scene()
      .published("ami-1")
      .forgetNotifications()
      .later(31 * day);
    expect(story.notifications("published")).toEqual([]);
  });

  test("an image of somebody else's is no publication", () => {
    const story = scene().published("ami-1").forgetNotifications();
    story.changeChannels({ image: "ami-theirs" });
    expect(story.notifications("published")).toEqual([]);
  });
});

describe("what subscribers are told of a rollback", () => {
  const rolledBack = () =>
    scene()
      .image("ami-1", old, { kubernetes: "1.35.6" })
      .holds("ami-1")
      .image("ami-2")
      .holds("ami-2")
      .revoke("ami-2", "pods lose DNS");

  test("that a channel went back, why, and what that takes back", () => {
    const story = rolledBack().holds("ami-1").forgetNotifications();
    expect(story.notifications("published")).toEqual([]);
    expect(story.notifications("rolled-back")).toMatchObject([
      {
        key: `rolled-back/${core}/candidate/3-ami-1`,
        image: "ami-1",
        previous: "ami-2",
        why: "ami-2 is revoked: pods lose DNS",
        reasons: ["kubernetes 1.35.7 → 1.35.6"],
      },
      { channel: "stable" },
    ]);
    expect(story.notifyAll().notifications("rolled-back")).toEqual([]);
  });

  test("also where the image had been announced before", () => {
    expect(rolledBack().notifyAll().holds("ami-1").forgetNotifications().notifications("rolled-back")).toHaveLength(2);
  });

  test.each([
    ["disabled", (story: Scene) => story.change("ami-2", { state: "disabled" })],
    ["gone", (story: Scene) => story.deregister("ami-2")],
  ])("also where the image is %s, as far as its age is known", (state, spoil) => {
    const story = scene().image("ami-1", old).holds("ami-1").image("ami-2").holds("ami-2");
    story.build({ status: "succeeded", image: "ami-2", endedAt: story.world.now });
    spoil(story);
    story.holds("ami-1").forgetNotifications();
    expect(story.notifications("rolled-back")[0]).toMatchObject({ why: `ami-2 is ${state}` });
  });

  test("not where the channel leaves a revoked image for a newer one", () => {
    const story = rolledBack().later(hour).image("ami-3").holds("ami-3").forgetNotifications();
    expect(story.notifications("rolled-back")).toEqual([]);
    expect(story.notifications("published")).toMatchObject([{ previous: "ami-2" }, { previous: "ami-2" }]);
  });

  test("not a second time as a publication, once the image is unrevoked", () => {
    const story = rolledBack().holds("ami-1").forgetNotifications().notifyAll().unrevoke("ami-2");
    expect(story.notifications("published")).toEqual([]);
    expect(story.publications()).toMatchObject({ candidate: "ami-2" });
  });

  test("and that the unrevoked image is back", () => {
    const story = rolledBack().holds("ami-1").notifyAll().unrevoke("ami-2").holds("ami-2");
    for (const key of [...story.world.notified]) if (key.includes("/4-")) story.world.notified.delete(key);
    expect(story.notifications("published")).toMatchObject([{ image: "ami-2", previous: "ami-1" }, { image: "ami-2" }]);
  });

  test("a rollback is not held back by what could not be told before", () => {
    const publish = rolledBack()
      .forgetNotifications()
      .actions()
      .find((action) => action.do === "publish");
    expect(publish).toMatchObject({ image: "ami-1", leaves: "ami-2 is revoked: pods lose DNS" });
  });
});

describe("what subscribers are told of builds", () => {
  const failing = () =>
    scene().published("ami-1").kubernetes("1.35.8").failed("sysprep", { log: "https://logs.example.com/1" });
  const succeeds = (story: Scene) =>
    story
      .later(hour)
      .image("ami-2", { createdAt: story.world.now, provedAt: story.world.now })
      .build({ status: "succeeded", endedAt: story.world.now, image: "ami-2" });

  test("the first success after failures that were told, once", () => {
    const story = succeeds(failing().notifyAll());
    expect(story.notifications("recovered")).toMatchObject([{ image: "ami-2", failures: 1, last: "sysprep" }]);
    expect(story.notifyAll().notifications("recovered")).toEqual([]);
  });

  test("not the second", () => {
    const story = succeeds(succeeds(failing().notifyAll()).notifyAll());
    expect(story.notifications("recovered")).toEqual([]);
  });

  test("not after failures that nobody was told of", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").failed("capacity").notifyAll();
    expect(succeeds(story).notifications("recovered")).toEqual([]);
  });

  test("a harvest that succeeds is no recovery of a build", () => {
    const story = failing().notifyAll().later(hour);
    story.build({ purpose: "harvest", status: "succeeded", endedAt: story.world.now });
    expect(story.notifications("recovered")).toEqual([]);
  });

  test("a failure with the last lines of its step", () => {
    const lines = ["Generalizing", "EKSWIN-FAILED sysprep 90-sysprep: 0x80310039"];
    const story = scene().failed("sysprep", { failure: { class: "sysprep", cause: "0x80310039", lines } });
    expect(story.notifications("failed")).toMatchObject([{ failure: { lines } }]);
  });

  test("an image that a build says it has made and that is not there half an hour later", () => {
    const story = scene()
      .published("ami-1")
      .kubernetes("1.35.8")
      .build({ status: "succeeded", image: "ami-2", endedAt: Date.parse("2026-11-04T12:00:00Z") });
    expect(story.later(hour / 2 - 1).notifications("image-missing")).toEqual([]);
    expect(story.later(1).notifications("image-missing")).toMatchObject([{ image: "ami-2" }]);
    expect(story.notifyAll().later(hour).notifications("image-missing")).toEqual([]);
  });
});

test("in a calm month nothing is told twice, and nothing at all where nothing has come about", () => {
  const story = scene().image("ami-1").holds("ami-1").forgetNotifications();
  const told: string[] = [];
  for (let look = 0; look < 24 * 5; look++) {
    told.push(...story.notificationKeys());
    story.notifyAll().later(hour);
  }
  expect(told).toEqual([`published/${core}/candidate/1-ami-1`, `published/${core}/stable/1-ami-1`]);
});
