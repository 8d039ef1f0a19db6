import { describe, expect, test } from "vitest";
import { core, day, hour, minute, type Scene, scene } from "../../../scene.ts";

const disabling = () => scene({ policies: { disableRevoked: true } });
const older = { createdAt: 1, provedAt: 1 };

function done(story: Scene): string[] {
  return story
    .actions()
    .flatMap((action) => ("image" in action && action.do !== "publish" ? [`${action.do} ${action.image}`] : []));
}

describe("a revoked image", () => {
  test("is deprecated at once, even while a channel holds it", () => {
    const story = scene().image("ami-1", older).image("ami-2").holds("ami-2").revoke("ami-2");
    expect(done(story)).toEqual(["deprecate ami-2"]);
    expect(story.publications()).toMatchObject({ candidate: "ami-1", stable: "ami-1" });
  });

  test("is not deprecated again, even if its deprecation is about to begin", () => {
    const story = scene().image("ami-1", older).image("ami-2").revoke("ami-2");
    story.change("ami-2", { deprecatedAt: story.world.now + 2 * minute });
    expect(done(story)).toEqual([]);
  });

  test("is deprecated now if its deprecation was planned for a later date", () => {
    const story = scene()
      .image("ami-2", { deprecatedAt: Date.parse("2027-01-01T00:00:00Z") })
      .revoke("ami-2");
    expect(done(story)).toEqual(["deprecate ami-2"]);
  });

  test("is disabled with disableRevoked once no channel holds it", () => {
    const story = disabling().image("ami-1", older).image("ami-2").holds("ami-2").revoke("ami-2");
    expect(done(story)).toEqual(["deprecate ami-2"]);
    expect(done(story.holds("ami-1", ["candidate"]))).not.toContain("disable ami-2");
    expect(done(story.holds("ami-1", ["stable"]))).toContain("disable ami-2");
  });

  test("is not disabled while a write of it is under way", () => {
    const story = disabling()
      .image("ami-1", older)
      .holds("ami-1")
      .image("ami-2")
      .wrote("ami-2", "candidate")
      .revoke("ami-2");
    expect(done(story)).not.toContain("disable ami-2");
    expect(done(story.later(5 * minute))).toContain("disable ami-2");
  });

  test("is not disabled while another variant's channel holds it", () => {
    const story = disabling().image("ami-1", older).image("ami-2").revoke("ami-2");
    story.world.channels["windows-2019-core-1.35"] = {
      stable: {
        image: "ami-2",
        version: 1,
        writtenAt: 0,
        holds: { status: "described", createdAt: 1, state: "available" },
      },
    };
    expect(done(story)).not.toContain("disable ami-2");
  });
});

describe("an unrevoked image", () => {
  test("gets back what its revocation took", () => {
    const story = scene().image("ami-1", older).image("ami-2", { state: "disabled", withdrawnAt: 2 });
    expect(done(story)).toEqual(["restore ami-2"]);
  });

  test("stays deprecated or disabled if a person did that", () => {
    const story = scene().image("ami-1", older).image("ami-2", { state: "disabled", deprecatedAt: 2 });
    expect(done(story)).toEqual([]);
  });

  test("stays disabled if retention disabled it", () => {
    const story = scene().image("ami-1", older).image("ami-2", { state: "disabled", withdrawnAt: 2, retiredAt: 3 });
    expect(done(story)).toEqual([]);
  });
});

describe("a revoked image of a removed variant", () => {
  const removed = (story: Scene) => {
    story.world.configuration.variants = [];
    return story;
  };

  test("is deprecated, and disabled with disableRevoked once no channel holds it", () => {
    const story = removed(disabling().image("ami-1", older).image("ami-2").holds("ami-2").revoke("ami-2"));
    expect(done(story)).toEqual(["deprecate ami-2"]);
    story.world.channels = {};
    expect(done(story.later(hour))).toEqual(["deprecate ami-2", "disable ami-2"]);
  });

  test("is notified, and so is every channel that still holds it", () => {
    const story = removed(scene().image("ami-1", older).image("ami-2").holds("ami-2", ["stable"]).revoke("ami-2"));
    expect(story.notifications("revoked")).toMatchObject([{ image: "ami-2", holders: ["stable"], configured: false }]);
    expect(story.notifications("stranded")).toMatchObject([
      {
        channel: "stable",
        image: "ami-2",
        waitsFor: [`${core} was removed from config.ts, so the service no longer writes its channels`],
      },
    ]);
    expect(story.notifyAll().later(day).notificationKeys()).toEqual([]);
  });

  test("is notified if another removed variant's channel holds it", () => {
    const story = scene().image("ami-1", older).image("ami-2").revoke("ami-2");
    story.world.channels.gone = {
      stable: {
        image: "ami-2",
        version: 1,
        writtenAt: 0,
        holds: { status: "described", createdAt: 1, state: "available" },
      },
    };
    expect(story.notifications("stranded", "gone")).toMatchObject([{ image: "ami-2", configured: false }]);
  });

  test("gets back what its revocation took after an unrevoke, and nothing else changes", () => {
    const story = removed(scene().image("ami-1", older).image("ami-2", { state: "disabled", withdrawnAt: 2 }));
    expect(story.notifications("unrevoked")).toMatchObject([{ image: "ami-2" }]);
    expect(story.actions().map((action) => action.do)).toEqual(["announce", "restore"]);
  });
});

describe("the notification of a revocation", () => {
  test("names reason, caller and the channels that hold the image", () => {
    const story = scene()
      .image("ami-1", older)
      .image("ami-2")
      .holds("ami-2", ["candidate"])
      .revoke("ami-2", "pods lose DNS");
    expect(story.notifications("revoked")).toMatchObject([
      { image: "ami-2", reason: "pods lose DNS", by: expect.stringContaining("user/ann"), holders: ["candidate"] },
    ]);
    expect(story.notifyAll().notifications("revoked")).toEqual([]);
  });

  test("is sent once for a tag written by hand", () => {
    const story = scene().image("ami-2", { revoked: { reason: "bad", by: undefined, at: undefined } });
    expect(story.notifications("revoked")).toHaveLength(1);
    expect(story.notifyAll().later(day).notifications("revoked")).toEqual([]);
  });

  test("is sent even if a person deprecated the image long before", () => {
    const revoked = { reason: "bad", by: undefined, at: undefined };
    const story = scene().image("ami-2", { revoked, deprecatedAt: Date.parse("2026-01-01T00:00:00Z") });
    expect(story.notifications("revoked")).toHaveLength(1);
  });

  test("is no longer sent for a tag written by hand 30 days after the deprecation", () => {
    const revoked = { reason: "bad", by: undefined, at: undefined };
    const story = scene();
    story.image("ami-2", { revoked, withdrawnAt: story.world.now - 31 * day });
    expect(story.notifications("revoked")).toEqual([]);
  });

  test("is sent again for a second revocation, and so are those of its stranded channels", () => {
    const story = scene().image("ami-2").holds("ami-2").revoke("ami-2");
    expect(story.notifications("stranded")).toHaveLength(2);
    story.notifyAll().later(day).unrevoke("ami-2");
    expect(story.notificationKeys()).toEqual([]);
    story.revoke("ami-2");
    expect(story.notifications("revoked")).toHaveLength(1);
    expect(story.notifications("stranded")).toHaveLength(2);
    expect(story.notifyAll().later(day).notificationKeys()).toEqual([]);
  });
});

test("an image whose tag of the withdrawal is gone is restored by the record that it was disabled", () => {
  const story = scene().published("ami-1").image("ami-2", { state: "disabled", disabledByRevocation: true });
  expect(story.actions()).toContainEqual(expect.objectContaining({ do: "restore", image: "ami-2" }));
  story.change("ami-2", { disabledByRevocation: false });
  expect(story.actions()).not.toContainEqual(expect.objectContaining({ do: "restore" }));
});
