import { describe, expect, test } from "vitest";
import type { ConfigurationInput } from "../../../../functions/config/configuration.ts";
import { core, day, full, hour, minute, type Scene, scene, two } from "../../../scene.ts";

const old = { createdAt: 1, provedAt: 1 };

describe("a notification about a channel", () => {
  test("is sent once per publication", () => {
    const story = scene().image("ami-1").holds("ami-1").notified([]);
    expect(story.notificationKeys()).toEqual([
      expect.stringMatching(`^published/${core}/candidate/1-ami-1/\\d+$`),
      expect.stringMatching(`^published/${core}/stable/1-ami-1/\\d+$`),
    ]);
    expect(story.notifyAll().notificationKeys()).toEqual([]);
  });

  test("lists the changes against the channel's previous image", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.5" })
      .image("ami-2", old, { kubernetes: "1.35.6" })
      .image("ami-3")
      .holds("ami-3")
      .notified([]);
    expect(story.notifications("published")[0]).toMatchObject({
      previous: "ami-1",
      reasons: ["kubernetes 1.35.5 → 1.35.7"],
    });
  });

  test("says that an image is the channel's first, or that its predecessor is gone", () => {
    const story = scene().published("ami-1").notified([]);
    expect(story.notifications("published")[0]).toMatchObject({
      previous: undefined,
      reasons: ["first image of the channel"],
    });
    story.image("ami-2").holds("ami-2").notified([]);
    story.deregister("ami-1");
    expect(story.notifications("published")[0]).toMatchObject({
      reasons: ["ami-1 is gone, so there is nothing to compare with"],
    });
  });

  test("says that the service did not write the parameter", () => {
    const story = scene().image("ami-1", old).image("ami-2").holds("ami-2");
    story.changeChannels({ image: "ami-1", version: 9, writtenAt: story.world.now }).later(5 * minute);
    expect(story.notifications("published")[0]).toMatchObject({
      image: "ami-1",
      previous: undefined,
      reasons: ["the parameter was not written by this service"],
    });
  });

  test("is sent again if another image was in the channel meanwhile", () => {
    const story = scene().published("ami-1");
    story.changeChannels({ image: "ami-theirs", version: 2, writtenAt: story.world.now }, ["stable"]);
    expect(story.notifications("published")).toEqual([]);
    story.changeChannels({ image: "ami-1", version: 3, writtenAt: story.world.now }, ["stable"]).later(5 * minute);
    expect(story.notifications("published")).toMatchObject([
      { key: `published/${core}/stable/3-ami-1/${story.world.channels[core]?.stable?.writtenAt}` },
    ]);
  });

  test("of a rollback waits for a tag that becomes visible late", () => {
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

  test("about a foreign write is sent at once if the channel moves on", () => {
    const story = scene().published("ami-1").image("ami-2", { provedAt: 1 }).holds("ami-2");
    const holds = { status: "described", createdAt: 1, state: "available" } as const;
    story.changeChannels({ image: "ami-1", version: 3, writtenAt: story.world.now, holds }, ["stable"]);
    expect(story.publications()).toMatchObject({ stable: "ami-2" });
    expect(story.notifications("published")).toMatchObject([{ channel: "stable", image: "ami-1" }]);
  });

  test("asks once for the approval of the newest image that nothing else keeps out", () => {
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

  test("is sent once for one image written twice in a row", () => {
    const story = scene().published("ami-1");
    story.changeChannels({ version: 2 }, ["stable"]);
    expect(story.notifications("published")).toEqual([]);
  });

  test("comes before the channel's next write, so that every publication is reported", () => {
    const story = scene().published("ami-1").image("ami-2");
    story.notified([...story.world.notified].filter((key) => !key.includes("/candidate/")));
    const done = story.actions().map((action) => action.do);
    expect(done.slice(0, 2)).toEqual(["announce", "publish"]);
  });

  test("is not sent for anything older than 30 days", () => {
    const story = scene()
      .published("ami-1")
      .notified([])
      .later(31 * day);
    expect(story.notifications("published")).toEqual([]);
  });

  test("is not sent about an image of another owner", () => {
    const story = scene().published("ami-1").notified([]);
    story.changeChannels({ image: "ami-theirs" });
    expect(story.notifications("published")).toEqual([]);
  });
});

describe("a notification of a rollback", () => {
  const rolledBack = () =>
    scene()
      .image("ami-1", old, { kubernetes: "1.35.6" })
      .holds("ami-1")
      .image("ami-2")
      .holds("ami-2")
      .revoke("ami-2", "pods lose DNS");

  test("says which image the channel went back to, why and what that undoes", () => {
    const story = rolledBack().holds("ami-1").notified([]);
    expect(story.notifications("published")).toEqual([]);
    expect(story.notifications("rolled-back")).toMatchObject([
      {
        key: `rolled-back/${core}/candidate/3-ami-1/${story.world.channels[core]?.candidate?.writtenAt}`,
        image: "ami-1",
        previous: "ami-2",
        why: "ami-2 is revoked: pods lose DNS",
        reasons: ["kubernetes 1.35.7 → 1.35.6"],
      },
      { channel: "stable" },
    ]);
    expect(story.notifyAll().notifications("rolled-back")).toEqual([]);
  });

  test("is sent even if the image was published to the channel before", () => {
    expect(rolledBack().notifyAll().holds("ami-1").notified([]).notifications("rolled-back")).toHaveLength(2);
  });

  test.each([
    ["disabled", (story: Scene) => story.change("ami-2", { state: "disabled" })],
    ["gone", (story: Scene) => story.deregister("ami-2")],
  ])("is sent if the newer image is %s, as long as its age is known", (state, spoil) => {
    const story = scene().image("ami-1", old).holds("ami-1").image("ami-2").holds("ami-2");
    story.build({ status: "succeeded", image: "ami-2", endedAt: story.world.now });
    spoil(story);
    story.holds("ami-1").notified([]);
    expect(story.notifications("rolled-back")[0]).toMatchObject({ why: `ami-2 is ${state}` });
  });

  test("is not sent if the channel leaves a revoked image for a newer one", () => {
    const story = rolledBack().later(hour).image("ami-3").holds("ami-3").notified([]);
    expect(story.notifications("rolled-back")).toEqual([]);
    expect(story.notifications("published")).toMatchObject([{ previous: "ami-2" }, { previous: "ami-2" }]);
  });

  test("is not repeated as a publication after an unrevoke", () => {
    const story = rolledBack().holds("ami-1").notified([]).notifyAll().unrevoke("ami-2");
    expect(story.notifications("published")).toEqual([]);
    expect(story.publications()).toMatchObject({ candidate: "ami-2" });
  });

  test("is followed by a publication when the unrevoked image returns", () => {
    const story = rolledBack().holds("ami-1").notifyAll().unrevoke("ami-2").holds("ami-2");
    for (const key of [...story.world.notified]) if (key.includes("/4-")) story.world.notified.delete(key);
    expect(story.notifications("published")).toMatchObject([{ image: "ami-2", previous: "ami-1" }, { image: "ami-2" }]);
  });

  test("that could not be sent before does not delay the rollback", () => {
    const publish = rolledBack()
      .notified([])
      .actions()
      .find((action) => action.do === "publish");
    expect(publish).toMatchObject({ image: "ami-1", leaves: "ami-2 is revoked: pods lose DNS" });
  });
});

describe("a failed build's notification", () => {
  const wanted = (policies: ConfigurationInput["policies"] = {}) =>
    scene({ ...two, policies })
      .published("ami-1")
      .published("ami-9", {}, full)
      .kubernetes("1.35.8");
  const nextStep = (story: Scene) => {
    const [{ next } = { next: undefined }] = story.notifications("failed");
    return next;
  };

  test("names the retry time", () => {
    expect(nextStep(wanted().failed("sysprep"))).toBe(
      "The next attempt waits until 2026-11-04T12:15:00.000Z: kubernetes 1.35.7 → 1.35.8; the build of these inputs failed (sysprep).",
    );
  });

  test("names the time until which a late image may become visible", () => {
    expect(nextStep(wanted().failed("proof", { image: "ami-2" }))).toBe(
      "The next attempt waits until 2026-11-04T12:30:00.000Z: project:build-1 has made ami-2, which is not visible with all its tags yet.",
    );
  });

  test("names maxParallel while other builds take all the room", () => {
    const story = wanted({ maxParallel: 1 }).failed("sysprep").later(hour).build({ variant: full });

    expect(nextStep(story)).toBe(
      "What happens next: kubernetes 1.35.7 → 1.35.8; waits for its turn: maxParallel is 1.",
    );
  });

  test("names minInterval if a build has succeeded since the failure", () => {
    const story = wanted().failed("sysprep").later(hour);
    story.image("ami-2").build({ status: "succeeded", endedAt: story.world.now, image: "ami-2" }).kubernetes("1.35.9");

    expect(nextStep(story)).toBe(
      "The next attempt waits until 2026-11-05T09:00:00.000Z: kubernetes 1.35.8 → 1.35.9; the last build of the variant is too recent (minInterval).",
    );
  });

  test("says that a person is needed once the build is given up", () => {
    const story = wanted().failed("sysprep").failed("sysprep").failed("sysprep");

    expect(nextStep(story)).toBe(
      "What happens next: kubernetes 1.35.7 → 1.35.8; 3 builds of these inputs failed (sysprep): waiting for a change or a request.",
    );
  });

  test("says that the next build starts now after a request", () => {
    expect(nextStep(wanted().failed("sysprep").request("r1"))).toBe(
      "The next build is ordered now: kubernetes 1.35.7 → 1.35.8; request none → r1.",
    );
  });

  test("says that no attempt follows once the variant is up to date", () => {
    expect(nextStep(wanted().failed("sysprep").kubernetes("1.35.7"))).toBe("No further attempt: ami-1 is up to date.");
  });
});

describe("a notification about a build", () => {
  const failing = () =>
    scene().published("ami-1").kubernetes("1.35.8").failed("sysprep", { log: "https://logs.example.com/1" });
  const succeeds = (story: Scene) =>
    story
      .later(hour)
      .image("ami-2", { createdAt: story.world.now, provedAt: story.world.now })
      .build({ status: "succeeded", endedAt: story.world.now, image: "ami-2" });

  test("reports the first success after notified failures, once", () => {
    const story = succeeds(failing().notifyAll());
    expect(story.notifications("recovered")).toMatchObject([{ image: "ami-2", failures: 1, last: "sysprep" }]);
    expect(story.notifyAll().notifications("recovered")).toEqual([]);
  });

  test("does not report the second success", () => {
    const story = succeeds(succeeds(failing().notifyAll()).notifyAll());
    expect(story.notifications("recovered")).toEqual([]);
  });

  test("does not report a success after failures that were not notified", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").failed("capacity").notifyAll();
    expect(succeeds(story).notifications("recovered")).toEqual([]);
  });

  test("does not report the success of a harvest as the recovery of a build", () => {
    const story = failing().notifyAll().later(hour);
    story.build({ purpose: "harvest", status: "succeeded", endedAt: story.world.now });
    expect(story.notifications("recovered")).toEqual([]);
  });

  test("contains the last lines of the failed step", () => {
    const lines = ["Generalizing", "EKSWIN-FAILED sysprep 90-sysprep: 0x80310039"];
    const story = scene().failed("sysprep", { failure: { class: "sysprep", cause: "0x80310039", lines } });
    expect(story.notifications("failed")).toMatchObject([{ failure: { lines } }]);
  });

  test("reports an image that is still missing half an hour after its build", () => {
    const story = scene()
      .published("ami-1")
      .kubernetes("1.35.8")
      .build({ status: "succeeded", image: "ami-2", endedAt: Date.parse("2026-11-04T12:00:00Z") });
    expect(story.later(hour / 2 - 1).notifications("image-missing")).toEqual([]);
    expect(story.later(1).notifications("image-missing")).toMatchObject([{ image: "ami-2" }]);
    expect(story.notifyAll().later(hour).notifications("image-missing")).toEqual([]);
  });
});

test("a calm month has no notification except the first publications", () => {
  const story = scene().image("ami-1").holds("ami-1").notified([]);
  const sent: string[] = [];
  for (let run = 0; run < 24 * 30; run++) {
    sent.push(...story.notificationKeys());
    story.notifyAll().later(hour);
  }
  expect(sent.map((key) => key.split("/").slice(0, 4).join("/"))).toEqual([
    `published/${core}/candidate/1-ami-1`,
    `published/${core}/stable/1-ami-1`,
  ]);
});
