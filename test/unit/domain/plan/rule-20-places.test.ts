import { describe, expect, test } from "vitest";
import { plan } from "../../../../functions/domain/plan.ts";
import { apps, ireland, placed, plannedIn, volumeKeyArn, whyIn } from "../../../placed.ts";
import { core, hour, minute, type Scene, scene, two } from "../../../scene.ts";

/** `stable` holds `ami-2` at home, which has replaced `ami-1`. */
function home(places: object[] = [ireland], policies: object = {}): Scene {
  const story = scene({ places: places as never, policies: { volumeKeyArn, ...policies } });
  return story.published("ami-1").published("ami-2");
}

describe("without places", () => {
  test("nothing is decided", () => {
    expect(plannedIn(scene().published("ami-1"))).toEqual([]);
  });
});

describe("an image is copied", () => {
  test("once home's channel holds it, and only what a channel there is to hold", () => {
    const story = home();
    placed(story, "ireland");

    expect(plannedIn(story)).toEqual(["ireland: wait stable", "ireland: copy ami-2"]);
    expect(whyIn(story, "wait")).toBe("ami-2 is not there yet");
  });

  test("for candidate, too, if the place has that channel", () => {
    const story = home([{ ...ireland, channels: ["candidate", "stable"] }])
      .image("ami-3")
      .holds("ami-3", ["candidate"]);
    placed(story, "ireland");

    expect(plannedIn(story)).toContain("ireland: copy ami-3");
  });

  test("never twice: neither while EC2 copies it nor before EC2 lists what it answered", () => {
    const story = home();
    const there = placed(story, "ireland").copied("ami-2", "ami-c2", { state: "pending" });
    expect(plannedIn(story)).toEqual(["ireland: wait stable", "ireland: wait"]);

    there.records("ami-2", { copies: [{ id: "ami-late", at: story.world.now - 10 * minute }] });
    expect(plannedIn(story)).not.toContain("ireland: copy ami-2");
  });

  test("again after a failure, after twice as long each time, as another attempt", () => {
    const story = home();
    const there = placed(story, "ireland");
    there.copied("ami-2", "ami-c2", { state: "failed", why: "the key is disabled", at: story.world.now - hour / 2 });
    expect(plannedIn(story)).not.toContain("ireland: copy ami-2");
    expect(whyIn(story, "wait")).toContain("EC2 could not copy it: the key is disabled");

    story.later(hour / 2);
    expect(story.actions().find((one) => one.do === "copy")).toMatchObject({ image: "ami-2", attempt: 2 });

    there.copied("ami-2", "ami-d2", { state: "failed", at: story.world.now });
    story.later(hour);
    expect(plannedIn(story)).not.toContain("ireland: copy ami-2");
    story.later(hour);
    expect(story.actions().find((one) => one.do === "copy")).toMatchObject({ attempt: 3 });
  });

  test("an hour after EC2 has refused to, not before", () => {
    const story = home();
    const reason = "ResourceLimitExceeded: too many copies";
    placed(story, "ireland").records("ami-2", { refused: { of: "copy", reason, at: story.world.now } });
    expect(plannedIn(story)).not.toContain("ireland: copy ami-2");

    expect(plannedIn(story.later(hour))).toContain("ireland: copy ami-2");
  });

  test("five at a time", () => {
    const variants = ["1.30", "1.31", "1.32", "1.33", "1.34", "1.35"].map(
      (kubernetes) => ({ windows: 2022, kubernetes }) as const,
    );
    const story = scene({ variants, places: [ireland] });
    for (const { kubernetes } of variants) story.published(`ami-${kubernetes}`, {}, `windows-2022-core-${kubernetes}`);
    placed(story, "ireland").copied("ami-1.30", "ami-c", { state: "pending", at: story.world.now });

    expect(plannedIn(story).filter((one) => one.startsWith("ireland: copy"))).toHaveLength(4);
    expect(whyIn(story, "wait")).toContain("5 copies to ireland are under way");
  });

  test("not while its variant is paused, unless the channel there must leave what it holds", () => {
    const story = home().pause();
    const there = placed(story, "ireland").copied("ami-1", "ami-c1").holds("ami-c1");
    expect(plannedIn(story)).not.toContain("ireland: copy ami-2");

    story.revoke("ami-1");
    expect(plannedIn(story)).toContain("ireland: copy ami-2");
    there.away();
    expect(plannedIn(story)).not.toContain("ireland: copy ami-2");
  });
});

describe("a channel there moves", () => {
  test("once its image is available there", () => {
    const story = home();
    placed(story, "ireland").copied("ami-1", "ami-c1").holds("ami-c1").copied("ami-2", "ami-c2");

    expect(plannedIn(story)).toEqual(["ireland: publish-there stable ami-c2"]);
    expect(story.actions().find((one) => one.do === "publish-there")).toMatchObject({
      image: "ami-2",
      id: "ami-c2",
      previous: "ami-c1",
      leaves: undefined,
    });
  });

  test("never to what home has not recorded, whatever its tags say", () => {
    const story = home();
    placed(story, "ireland").looksLike("ami-2", "ami-forged");

    expect(plannedIn(story)).toEqual(["ireland: wait stable", "ireland: copy ami-2"]);
  });

  test("back to what home has recorded, if a person has written something else", () => {
    const story = home();
    placed(story, "ireland").copied("ami-2", "ami-c2").looksLike("ami-2", "ami-forged").holds("ami-forged");

    expect(plannedIn(story)).toEqual(["ireland: publish-there stable ami-c2"]);
  });

  test("only after it has booted there, if the place proves", () => {
    const story = home([{ ...ireland, prove: true }]);
    const there = placed(story, "ireland").copied("ami-2", "ami-c2");
    const proof = (result: "passed" | "failed") => ({
      proofs: [{ result, token: "f".repeat(64), at: story.world.now }],
    });
    expect(whyIn(story, "wait")).toContain("ami-c2 has not booted there yet");

    there.records("ami-2", proof("failed"));
    expect(whyIn(story, "wait")).toContain("ami-c2 failed its proof there");
    there.records("ami-2", proof("passed"));
    expect(plannedIn(story)).toEqual(["ireland: publish-there stable ami-c2"]);
  });

  test("not for five minutes after a write that is not read back, and then once more", () => {
    const story = home();
    const there = placed(story, "ireland").copied("ami-2", "ami-c2");
    there.records("ami-2", { written: { stable: story.world.now } });
    expect(plannedIn(story)).toEqual(["ireland: wait stable"]);

    expect(plannedIn(story.later(5 * minute))).toEqual(["ireland: publish-there stable ami-c2"]);
  });

  test("not with publish: false, and not while its variant is paused", () => {
    const off = home([ireland], { publish: false });
    placed(off, "ireland").copied("ami-2", "ami-c2");
    expect(plannedIn(off)).toEqual(["ireland: wait stable"]);

    const paused = home().pause();
    placed(paused, "ireland").copied("ami-2", "ami-c2");
    expect(plannedIn(paused)).toEqual(["ireland: wait stable"]);
  });

  test("not while home's channel holds what this service did not make", () => {
    const story = home().holdsForeign("ami-foreign", ["stable"]);
    placed(story, "ireland").copied("ami-2", "ami-c2").holds("ami-c2");

    expect(plannedIn(story)).toEqual(["ireland: wait stable"]);
    expect(whyIn(story, "wait")).toContain("holds ami-foreign at home, which this service did not make");
  });

  test("for each place on its own", () => {
    const story = home([ireland, apps]);
    placed(story, "ireland").away();
    placed(story, "apps").shared("ami-2");

    expect(plannedIn(story)).toContain("apps: publish-there stable ami-2");
  });
});

describe("a revoked image is left", () => {
  test("for what home's channel holds", () => {
    const story = home().revoke("ami-1");
    placed(story, "ireland").copied("ami-1", "ami-c1").holds("ami-c1").copied("ami-2", "ami-c2");

    expect(story.actions().find((one) => one.do === "publish-there")).toMatchObject({
      id: "ami-c2",
      leaves: "ami-1 is revoked: breaks networking",
    });
  });

  test("for an older one that home's channel has held, while home's image is still copied, even if it is paused", () => {
    const story = home().image("ami-3").holds("ami-3", ["stable"]).revoke("ami-2").pause();
    placed(story, "ireland")
      .copied("ami-1", "ami-c1")
      .copied("ami-2", "ami-c2")
      .holds("ami-c2")
      .copied("ami-3", "ami-c3", { state: "pending" });

    expect(plannedIn(story)).toContain("ireland: publish-there stable ami-c1");
  });

  test("not for an image that home's channel has never held", () => {
    const story = home().image("ami-3").image("ami-4").holds("ami-4", ["stable"]).revoke("ami-2").revoke("ami-1");
    placed(story, "ireland").copied("ami-2", "ami-c2").holds("ami-c2").copied("ami-3", "ami-c3");

    expect(plannedIn(story)).not.toContain("ireland: publish-there stable ami-c3");
  });

  test("also if all its tags are gone", () => {
    const story = home();
    placed(story, "ireland").copied("ami-1", "ami-c1").holds("ami-c1").copied("ami-2", "ami-c2");
    story.deregister("ami-1");
    story.world.revokedByRecord = ["ami-1"];

    expect(story.actions().find((one) => one.do === "publish-there")).toMatchObject({ leaves: "ami-1 is revoked" });
  });
});

describe("sharing", () => {
  test("what home's channel holds is shared, and published once the place sees it", () => {
    const story = home([apps]);
    const there = placed(story, "apps");
    expect(plannedIn(story)).toEqual(["apps: wait stable", "apps: share ami-2"]);

    there.records("ami-2", { sharedAt: story.world.now });
    expect(plannedIn(story)).toEqual(["apps: wait stable", "apps: wait"]);
    there.shared("ami-2");
    expect(plannedIn(story)).toEqual(["apps: publish-there stable ami-2"]);
  });

  test("an image that the place does not see any more is shared again", () => {
    const story = home([apps]);
    placed(story, "apps").records("ami-2", { sharedAt: story.world.now - hour });

    expect(plannedIn(story)).toContain("apps: share ami-2");
  });

  test("without a grant of the key that Auto Scaling needs, the channel waits and says so", () => {
    const story = home([apps]);
    placed(story, "apps").shared("ami-2").withoutGrant("Auto Scaling's role has no grant of the key");

    expect(plannedIn(story)).toEqual(["apps: wait stable"]);
    expect(whyIn(story, "wait")).toBe("Auto Scaling's role has no grant of the key");
  });

  test("a channel leaves a revoked image without a grant, too: nodes can start neither", () => {
    const story = home([apps]).revoke("ami-1");
    placed(story, "apps").shared("ami-1").holds("ami-1").shared("ami-2").withoutGrant("no grant");

    expect(plannedIn(story)).toContain("apps: publish-there stable ami-2");
  });
});

/** The notifications that are due, of every variant. */
function told({ world }: Scene) {
  return plan(world).flatMap((one) => (one.do === "announce" ? [one.notification] : []));
}

describe("a place that does not answer", () => {
  test("is changed by nothing, noted once, and its answer, too", () => {
    const story = home();
    const there = placed(story, "ireland").copied("ami-2", "ami-c2").away();
    expect(plannedIn(story)).toEqual(["ireland: sight-place lost", "ireland: wait"]);

    there.away("still away", hour);
    expect(plannedIn(story)).toEqual(["ireland: wait"]);
    there.answers();
    expect(plannedIn(story)).toEqual(["ireland: sight-place found", "ireland: publish-there stable ami-c2"]);
  });

  test("is told after half an hour and once more after a day", () => {
    const story = home();
    const away = () => told(story).filter(({ kind }) => kind === "place-away");
    placed(story, "ireland").away("AccessDenied", 10 * minute);
    expect(away()).toHaveLength(0);
    story.later(hour);
    expect(away()).toHaveLength(1);
    story.notifyAll().later(22 * hour);
    expect(away()).toHaveLength(0);
    story.later(hour);
    expect(away()).toHaveLength(1);
  });

  test("is told to be back only if it was told to be away", () => {
    const story = home();
    const since = story.world.now - 2 * hour;
    placed(story, "ireland").copied("ami-2", "ami-c2").holds("ami-c2").cameBack(since);
    const kinds = () => told(story).map(({ kind }) => kind);
    expect(kinds()).not.toContain("place-back");

    story.world.notified.add(`place-away/ireland/${since}/1`);
    expect(kinds()).toContain("place-back");
  });
});

describe("variants", () => {
  test("are independent of each other in a place", () => {
    const story = scene({ ...two, places: [ireland] })
      .published("ami-1")
      .published("ami-f1", {}, "windows-2022-full-1.35")
      .pause(core);
    placed(story, "ireland").copied("ami-1", "ami-c1").copied("ami-f1", "ami-cf1");

    expect(plannedIn(story)).toEqual(["ireland: wait stable", "ireland: publish-there stable ami-cf1"]);
  });
});
