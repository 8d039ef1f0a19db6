import { describe, expect, test } from "vitest";
import type { ConfigurationInput } from "../../../../functions/config/configuration.ts";
import { apps, ireland, placed, plannedIn, volumeKeyArn, whyIn } from "../../../placed.ts";
import { day, hour, type Scene, scene } from "../../../scene.ts";

const retention = { keep: 2, minAge: "1h", grace: "14d", deregister: true };

/** Both channels have held `ami-1` to `ami-4` one after another; two are kept, and nothing at home uses the others. */
function home(places: NonNullable<ConfigurationInput["places"]>, policies: ConfigurationInput["policies"] = {}): Scene {
  const story = scene({ places, policies: { volumeKeyArn, retention, ...policies } });
  for (const [index, id] of ["ami-1", "ami-2", "ami-3", "ami-4"].entries()) {
    const then = story.world.now - (30 - index) * day;
    story.image(id, { createdAt: then, provedAt: then }).holds(id);
    story.world.references[id] = { state: "unused" };
  }
  return story;
}

/** What the plan does to one of home's images. */
function doneTo(story: Scene, image: string): string[] {
  return story.actions().flatMap((one) => ("image" in one && one.image === image ? [one.do] : []));
}

function reasonsToKeep(story: Scene, image: string): string[] {
  return story.retention().find((one) => one.image === image)?.reasons ?? [];
}

describe("an image that is shared", () => {
  test("is disabled without places as before", () => {
    expect(doneTo(home([]), "ami-1")).toEqual(["disable"]);
  });

  test("is kept while a channel there holds it", () => {
    const story = home([apps]);
    placed(story, "apps").shared("ami-4").shared("ami-1").holds("ami-1").uses("ami-1");

    expect(doneTo(story, "ami-1")).toEqual([]);
  });

  test("is kept while anything there uses it, or that is unknown", () => {
    const story = home([apps]);
    const there = placed(story, "apps").shared("ami-4").holds("ami-4").shared("ami-1");
    expect(doneTo(story, "ami-1")).toEqual([]);
    expect(reasonsToKeep(story, "ami-1")).toEqual(["in apps: its use has not been checked yet"]);

    there.uses("ami-1", "instance/i-1");
    expect(reasonsToKeep(story, "ami-1")).toEqual(["in apps: used by instance/i-1"]);
  });

  test("is kept while the place does not answer", () => {
    const story = home([apps]);
    placed(story, "apps").shared("ami-4").holds("ami-4").shared("ami-1").uses("ami-1").away();

    expect(doneTo(story, "ami-1")).toEqual([]);
    expect(reasonsToKeep(story, "ami-1")).toEqual(["it is shared with apps, which does not answer"]);
  });

  test("is first shared no more, and disabled once grace has passed", () => {
    const story = home([apps]);
    const there = placed(story, "apps").shared("ami-4").holds("ami-4").shared("ami-1").uses("ami-1");
    expect(doneTo(story, "ami-1")).toEqual(["unshare"]);

    there.unshared("ami-1", day);
    expect(doneTo(story, "ami-1")).toEqual([]);
    there.unshared("ami-1", 14 * day);
    expect(doneTo(story, "ami-1")).toEqual(["disable"]);
  });

  test("is moved off, shared no more and then disabled if it is revoked", () => {
    const story = home([apps], { disableRevoked: true }).revoke("ami-3");
    const there = placed(story, "apps").shared("ami-3").holds("ami-3").shared("ami-4");
    expect(doneTo(story, "ami-3")).toEqual(["deprecate"]);
    expect(plannedIn(story)).toContain("apps: publish-there stable ami-4");

    there.holds("ami-4");
    expect(doneTo(story, "ami-3")).toEqual(["deprecate", "unshare"]);
    there.unshared("ami-3", 0);
    expect(doneTo(story, "ami-3")).toEqual(["deprecate", "disable"]);
  });

  test("stays shared, although it is revoked, while a write of it to a channel there cannot be read yet", () => {
    const story = home([apps], { disableRevoked: true }).revoke("ami-3");
    const there = placed(story, "apps").shared("ami-4").holds("ami-4").shared("ami-3");
    there.records("ami-3", { written: { stable: story.world.now } });
    expect(doneTo(story, "ami-3")).toEqual(["deprecate"]);

    expect(doneTo(story.later(hour), "ami-3")).toEqual(["deprecate", "unshare"]);
  });

  test("stays enabled, although it is revoked, as long as a place that has it does not answer", () => {
    const story = home([apps], { disableRevoked: true }).revoke("ami-3");
    placed(story, "apps").shared("ami-3").holds("ami-3").away();

    expect(doneTo(story, "ami-3")).toEqual(["deprecate"]);
  });
});

describe("several places that share", () => {
  const other = { ...apps, name: "other", account: "111122223333", roleArn: "arn:aws:iam::111122223333:role/place" };

  test("lose an image at once, and grace passes once for all", () => {
    const story = home([apps, other]);
    const there = ["apps", "other"].map((name) =>
      placed(story, name).shared("ami-4").holds("ami-4").shared("ami-1").uses("ami-1"),
    );
    there[0]?.unshared("ami-1", day);
    expect(doneTo(story, "ami-1")).toEqual(["unshare"]);

    there[1]?.unshared("ami-1", day);
    expect(doneTo(story, "ami-1")).toEqual([]);
    expect(doneTo(story.later(13 * day), "ami-1")).toEqual(["disable"]);
  });
});

describe("a place that shared before it copied", () => {
  test("keeps what a channel there still holds, and leaves it if it is revoked", () => {
    const story = home([{ ...apps, method: "copy" }]);
    const there = placed(story, "apps").copied("ami-4", "ami-c4").copied("ami-3", "ami-c3").shared("ami-3");
    there.holds("ami-3");
    expect(plannedIn(story)).not.toContain("apps: unshare ami-3");

    story.revoke("ami-3");
    expect(story.actions().find((one) => one.do === "publish-there")).toMatchObject({
      id: "ami-c4",
      leaves: expect.stringContaining("revoked"),
    });
    there.holds("ami-c4");
    expect(plannedIn(story)).toContain("apps: unshare ami-3");
  });
});

describe("the permission to copy", () => {
  const account = { ...apps, method: "copy", region: "eu-west-1" } as const;

  test("keeps the image while it is needed, and ends with the copy", () => {
    const story = home([account]);
    const there = placed(story, "apps").copied("ami-4", "ami-c4", { state: "pending" });
    there.records("ami-4", { sharedAt: story.world.now - hour });
    expect(plannedIn(story)).not.toContain("apps: unshare ami-4");

    there.change("ami-c4", { state: "available" });
    expect(plannedIn(story)).toContain("apps: unshare ami-4");
  });
});

describe("a copy", () => {
  const four = (story: Scene) => {
    const there = placed(story, "ireland");
    for (const n of [1, 2, 3, 4]) there.copied(`ami-${n}`, `ami-c${n}`);
    return there.holds("ami-c4").uses("ami-c1").uses("ami-c2").uses("ami-c3");
  };

  test("is disabled if newer ones are there and nothing uses it", () => {
    const story = home([ireland]);
    four(story);

    expect(plannedIn(story)).toEqual(["ireland: disable-there ami-c2", "ireland: disable-there ami-c1"].toReversed());
  });

  test("is kept while a channel there holds it, something there uses it or that is unknown", () => {
    const held = home([ireland]);
    four(held).holds("ami-c1");
    expect(plannedIn(held)).not.toContain("ireland: disable-there ami-c1");

    const used = home([ireland]);
    four(used).uses("ami-c1", "launch-template/lt-1");
    expect(plannedIn(used)).not.toContain("ireland: disable-there ami-c1");

    const unknown = home([ireland]);
    four(unknown);
    const observed = unknown.world.places.ireland;
    if (observed?.state === "known") observed.references = {};
    expect(plannedIn(unknown)).toEqual([]);
  });

  test("is kept if home's channel held it last, because a rollback returns to it", () => {
    const story = home([{ ...ireland, channels: ["candidate", "stable"] }]);
    const there = four(story).holds("ami-c4", "candidate");
    for (const n of [5, 6]) {
      story.image(`ami-${n}`, { createdAt: story.world.now - hour * (10 - n) }).holds(`ami-${n}`, ["candidate"]);
      there.copied(`ami-${n}`, `ami-c${n}`);
    }

    expect(plannedIn(story)).not.toContain("ireland: disable-there ami-c3");
    expect(plannedIn(story)).toContain("ireland: disable-there ami-c2");
  });

  test("is kept while its variant is paused, and while it is younger than minAge", () => {
    const paused = home([ireland]).pause();
    four(paused);
    expect(plannedIn(paused)).toEqual([]);

    const young = home([ireland]);
    four(young).change("ami-c1", { createdAt: young.world.now }).change("ami-c2", { createdAt: young.world.now });
    expect(plannedIn(young)).toEqual([]);
  });

  test("is deregistered after grace if nothing uses it, and not without retention.deregister", () => {
    const story = home([ireland]);
    four(story)
      .change("ami-c1", { state: "disabled" })
      .retired("ami-c1", 13 * day);
    expect(plannedIn(story)).not.toContain("ireland: deregister-there ami-c1");
    expect(plannedIn(story.later(day))).toContain("ireland: deregister-there ami-c1");

    const off = home([ireland], { retention: { ...retention, deregister: false } });
    four(off)
      .change("ami-c1", { state: "disabled" })
      .retired("ami-c1", 100 * day);
    expect(plannedIn(off)).not.toContain("ireland: deregister-there ami-c1");
  });

  test("that a person has enabled or disabled is left alone", () => {
    const story = home([ireland]);
    const there = four(story)
      .retired("ami-c1", 2 * hour)
      .change("ami-c2", { state: "disabled" });
    expect(plannedIn(story)).toEqual(["ireland: release-there ami-c1"]);

    there.released("ami-c1");
    expect(plannedIn(story)).toEqual([]);
    // Whoever disables it now is a person.
    there.change("ami-c1", { state: "disabled" });
    expect(plannedIn(story.later(100 * day))).toEqual([]);
  });

  test("of a revoked image is disabled with disableRevoked once no channel there holds it, whatever uses it", () => {
    const story = home([ireland], { disableRevoked: true }).revoke("ami-3");
    const there = four(story).uses("ami-c3", "instance/i-1").holds("ami-c3");
    expect(plannedIn(story)).not.toContain("ireland: disable-there ami-c3");

    there.holds("ami-c4");
    expect(plannedIn(story)).toContain("ireland: disable-there ami-c3");
  });

  test("of a revoked image is disabled although a person had enabled it before", () => {
    const story = home([ireland], { disableRevoked: true }).revoke("ami-3");
    four(story).retired("ami-c3", 2 * hour);

    expect(plannedIn(story)).toContain("ireland: disable-there ami-c3");
  });

  test("of a revoked image goes although its original is gone, but not while a write of it cannot be read yet", () => {
    const story = home([ireland], { disableRevoked: true }).revoke("ami-3");
    four(story)
      .holds("ami-c4")
      .records("ami-3", { written: { stable: story.world.now } });
    expect(plannedIn(story)).not.toContain("ireland: disable-there ami-c3");

    story.later(hour).deregister("ami-3");
    story.world.revokedByRecord = ["ami-3"];
    expect(plannedIn(story)).toContain("ireland: disable-there ami-c3");
  });

  test("that was just written to a channel stays until that is read", () => {
    const story = home([ireland]);
    four(story).records("ami-1", { written: { stable: story.world.now } });
    expect(plannedIn(story)).not.toContain("ireland: disable-there ami-c1");

    story.later(hour);
    expect(plannedIn(story)).toContain("ireland: disable-there ami-c1");
  });

  test("is enabled again if home's channel holds the image again", () => {
    const story = home([ireland]);
    four(story).change("ami-c4", { state: "disabled" }).retired("ami-c4", day).holds("ami-c3");

    expect(plannedIn(story)).toContain("ireland: enable-there ami-c4");
  });

  test("that EC2 could not make is deregistered after a day", () => {
    const story = home([ireland]);
    four(story).copied("ami-3", "ami-x", { state: "failed", createdAt: story.world.now - day });

    expect(plannedIn(story)).toContain("ireland: deregister-there ami-x");
    expect(whyIn(story, "deregister-there")).toContain("EC2 could not make it");
  });

  test("that home did not record is never touched", () => {
    const story = home([ireland]);
    placed(story, "ireland")
      .copied("ami-4", "ami-c4")
      .holds("ami-c4")
      .looksLike("ami-1", "ami-theirs")
      .uses("ami-theirs");

    expect(plannedIn(story)).toEqual([]);
  });
});
