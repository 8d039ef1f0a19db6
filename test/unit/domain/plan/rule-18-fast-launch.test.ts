import { describe, expect, test } from "vitest";
import type { ConfigurationInput } from "../../../../functions/config/configuration.ts";
import { fastLaunchOf, whyFastLaunched } from "../../../../functions/domain/fast-launches.ts";
import { plan } from "../../../../functions/domain/plan.ts";
import { fastLaunched, fastLaunchRefused, fastLaunchUnknown, type Shown } from "../../../fast-launched.ts";
import { core, day, full, hour, minute, type Scene, scene, two } from "../../../scene.ts";
import { observe, runs, web } from "../../../web-fleet.ts";

type Policy = NonNullable<NonNullable<ConfigurationInput["policies"]>["fastLaunch"]>;

/** Both channels hold `ami-2`, which has replaced `ami-1`, and EC2 shows this. */
function replaced(
  shown: Record<string, Shown> = {},
  policy: Policy = {},
  more: Partial<ConfigurationInput> = {},
): Scene {
  const story = scene({ ...more, policies: { fastLaunch: policy, ...more.policies } });
  return fastLaunched(story.published("ami-1").published("ami-2"), shown);
}

/** What the plan does about Fast Launch: `enable ami-2`, `wait ami-2: why` … */
function planned(story: Scene): string[] {
  return plan(story.world).flatMap((action) => {
    if (action.do === "enable-fast-launch" || action.do === "disable-fast-launch")
      return [`${action.do.split("-")[0]} ${action.image}`];
    return action.do === "wait" && action.for === "fast-launch" ? [`wait ${action.image}`] : [];
  });
}

function reasonsFor(story: Scene, image: string): string {
  const all = plan(story.world).filter(
    (one) => "image" in one && one.image === image && /fast-launch/.test(JSON.stringify(one)),
  );
  return all.flatMap((one) => ("reasons" in one ? one.reasons : [])).join("; ");
}

/** What subscribers are told of failures now. */
function failuresTold(story: Scene) {
  return story
    .actions()
    .flatMap((one) =>
      one.do === "announce" && one.notification.kind === "fast-launch-failed" ? [one.notification] : [],
    );
}

describe("without the policy", () => {
  test("nothing is decided, whatever has Fast Launch", () => {
    const story = fastLaunched(scene().published("ami-1").published("ami-2"), { "ami-0": {}, "ami-1": {} });

    expect(planned(story)).toEqual([]);
  });
});

describe("an image gets it", () => {
  test("once a channel of the policy holds it", () => {
    expect(planned(replaced())).toEqual(["enable ami-2"]);
    expect(reasonsFor(replaced(), "ami-2")).toBe("stable holds it");
  });

  test("again with changed figures only after a person has ended it, and only if a channel holds it", () => {
    const story = replaced({ "ami-1": {}, "ami-2": {} }, { maxParallelLaunches: 8 });
    expect(planned(story)).toEqual([]);

    expect(planned(fastLaunched(story))).toEqual(["enable ami-2"]);
  });

  test("not because another channel holds it", () => {
    const story = fastLaunched(scene({ policies: { fastLaunch: {} } }).published("ami-1"));
    story.image("ami-2").holds("ami-2", ["candidate"]);

    expect(planned(story)).toEqual(["enable ami-1"]);
  });

  test.each(["enabling", "enabled"] as const)("once: nothing is done while it is %s", (state) => {
    expect(planned(replaced({ "ami-2": { state } }))).toEqual([]);
  });

  test("not if it is revoked, or a person's", () => {
    const revoked = replaced({ "ami-2": { state: "enabling-failed", since: 0 } }).revoke("ami-2");
    const foreign = scene({ policies: { fastLaunch: {} } })
      .published("ami-1")
      .holdsForeign("ami-0a");

    expect(planned(revoked)).not.toContain("enable ami-2");
    expect(planned(fastLaunched(foreign))).toEqual([]);
  });

  test("not while its variant is paused", () => {
    expect(planned(replaced().pause())).toEqual(["wait ami-2"]);
  });

  test("only once EC2 has removed what an earlier one has left", () => {
    expect(planned(replaced({ "ami-2": { state: "disabling" } }))).toEqual(["wait ami-2"]);
    expect(planned(replaced({ "ami-2": { state: "disabling-failed", since: 0 } }))).toEqual(["disable ami-2"]);
  });

  test("not while it is unknown what has it", () => {
    const story = fastLaunchUnknown(replaced());

    expect(planned(story)).toEqual(["wait ami-2"]);
    expect(reasonsFor(story, "ami-2")).toContain("Throttling");
  });
});

describe("after a failure EC2 is asked again", () => {
  test.each([
    ["InsufficientInstanceCapacity: try later", hour],
    [undefined, hour],
    ["InsufficientFreeAddressesInSubnet: the subnet is full", hour],
    ["RequestLimitExceeded: slow down", hour],
    ["LimitExceeded: parallel launches", 6 * hour],
    ["UnauthorizedOperation: not authorized to perform ec2:RunInstances", day],
    ["The KMS key is disabled", day],
    ["InvalidSubnetID.NotFound: the subnet of the launch template", day],
  ])("by its class: %s", (reason, wait) => {
    const since = replaced().world.now;
    const failed = replaced({ "ami-2": { state: "enabling-failed", reason, since } });

    expect(planned(failed)).toEqual(["wait ami-2"]);
    expect(planned(failed.later(wait - 1))).toEqual(["wait ami-2"]);
    expect(planned(failed.later(1))).toEqual(["enable ami-2"]);
  });

  test("also to remove what it could not remove", () => {
    const since = replaced().world.now;
    const story = replaced({ "ami-2": {}, "ami-0": { state: "disabling-failed", reason: "busy", since } });

    expect(planned(story)).toEqual(["wait ami-0"]);
    expect(planned(story.later(hour))).toEqual(["disable ami-0"]);
  });
});

describe("what EC2 refuses to begin", () => {
  const words = "UnauthorizedOperation: not authorized to perform ec2:RunInstances";

  test("is asked again after the time of its class, told, and shown, and no channel waits for it", () => {
    const story = fastLaunchRefused(replaced(), "ami-2", "enable", words);

    expect(planned(story)).toEqual(["wait ami-2"]);
    expect(reasonsFor(story, "ami-2")).toContain(words);
    expect(failuresTold(story)).toMatchObject([{ image: "ami-2", state: "enabling-failed", failure: "permission" }]);
    expect(fastLaunchOf(story.world.fastLaunch, "ami-2")).toMatchObject({ reason: words });
    expect(planned(story.later(day))).toEqual(["enable ami-2"]);
  });

  test("is over once EC2 shows that it has begun", () => {
    const story = fastLaunchRefused(replaced(), "ami-2", "enable", words).later(day);
    const images = fastLaunched(replaced(), { "ami-2": { state: "enabling", since: story.world.now } }).world
      .fastLaunch;
    Object.assign(story.world.fastLaunch ?? {}, { images: images?.state === "known" ? images.images : {} });

    expect(planned(story)).toEqual([]);
    expect(failuresTold(story)).toEqual([]);
  });

  test("is asked again later for what nothing needs, too", () => {
    const story = fastLaunchRefused(replaced({ "ami-2": {}, "ami-0": {} }), "ami-0", "disable", words);

    expect(planned(story)).toEqual(["wait ami-0"]);
    expect(failuresTold(story)).toMatchObject([{ image: "ami-0", state: "disabling-failed" }]);
    expect(planned(story.later(day))).toEqual(["disable ami-0"]);
  });

  test("leaves an image with Fast Launch as it is if a channel holds it again", () => {
    expect(planned(fastLaunchRefused(replaced({ "ami-2": {} }), "ami-2", "disable", words))).toEqual([]);
  });

  test("keeps no image that has none from being retired", () => {
    const story = fastLaunchRefused(replaced({ "ami-2": {} }), "ami-1", "enable", words);

    expect(whyFastLaunched(story.world.fastLaunch, "ami-1")).toBeUndefined();
  });
});

describe("an image loses it", () => {
  test("once no channel holds it, no fleet starts it and no rollback returns to it", () => {
    const story = replaced({ "ami-1": {}, "ami-2": {} });
    expect(planned(story)).toEqual([]);

    story.published("ami-3");
    expect(planned(story)).toEqual(["enable ami-3", "disable ami-1"]);
  });

  test("not while a fleet starts it, or while that is unknown", () => {
    const story = replaced({ "ami-1": {}, "ami-2": {} }, {}, { fleets: [web] }).published("ami-3");
    observe(story, "web", runs("ami-1"));
    expect(planned(story)).not.toContain("disable ami-1");

    observe(story, "web", { state: "unknown", why: "Throttling" });
    expect(planned(story)).not.toContain("disable ami-1");

    observe(story, "web", runs("ami-3"));
    expect(planned(story)).toContain("disable ami-1");
  });

  test("if it is revoked, as soon as no channel holds it, whatever fleets start and although its variant is paused", () => {
    const story = replaced({ "ami-1": {}, "ami-2": {} }, {}, { fleets: [web] });
    observe(story, "web", runs("ami-2"));
    expect(planned(story.revoke("ami-2"))).toEqual([]);

    story.holds("ami-1").pause();
    expect(planned(story)).toEqual(["disable ami-2"]);
  });

  test("if a person has deregistered it", () => {
    const story = replaced({ "ami-1": {}, "ami-2": {} }).deregister("ami-1");

    expect(planned(story)).toEqual(["disable ami-1"]);
    expect(reasonsFor(story, "ami-1")).toBe("it is no longer among our images");
  });

  test("not if a channel holds it or a fleet starts it, although somebody has taken its tags off", () => {
    const story = replaced({ "ami-2": {} });
    story.world.images = story.world.images.filter(({ id }) => id !== "ami-2");

    expect(planned(story)).toEqual([]);
    expect(planned(replaced({ "ami-2": {} }).deregister("ami-2"))).toEqual(["disable ami-2"]);
  });

  test("if the policy names no channel any more", () => {
    expect(planned(replaced({ "ami-1": {}, "ami-2": {} }, { channels: [] })).toSorted()).toEqual([
      "disable ami-1",
      "disable ami-2",
    ]);
  });

  test("not if it is not ours, or if a person has enabled it", () => {
    const story = replaced({ "ami-1": { ours: false }, "ami-2": {}, "ami-0f": { ours: false } }).published("ami-3");

    expect(planned(story)).toEqual(["enable ami-3"]);
  });
});

describe("the quota", () => {
  const both = () => scene({ ...two, policies: { fastLaunch: { channels: ["candidate", "stable"], quota: 13 } } });

  test("is shared with all images of the account, and what stable holds comes first", () => {
    const story = both().published("ami-1").published("ami-5", {}, full).image("ami-2").holds("ami-2", ["candidate"]);

    expect(planned(fastLaunched(story))).toEqual(["enable ami-1", "enable ami-5", "wait ami-2"]);
    const others = { "ami-0f": { ours: false, maxParallelLaunches: 7 } };
    expect(planned(fastLaunched(story, others))).toEqual(["enable ami-1", "wait ami-5", "wait ami-2"]);
    expect(reasonsFor(story, "ami-5")).toContain("13 of the 13 parallel launches of the account are taken");
  });

  test("is left to what channels hold by images that only a rollback needs, the oldest first", () => {
    const story = both().published("ami-1").published("ami-2").published("ami-5", {}, full);

    expect(planned(fastLaunched(story, { "ami-1": {}, "ami-2": {} }))).toEqual(["wait ami-5", "disable ami-1"]);
  });

  test("counts an image that failed once", () => {
    const failed = { "ami-1": { state: "enabling-failed" as const, since: 0, maxParallelLaunches: 13 } };
    const story = both().published("ami-1");

    expect(planned(fastLaunched(story, failed))).toEqual(["enable ami-1"]);
  });

  test("does not keep an image waiting that has its share already", () => {
    const story = both().published("ami-1").published("ami-5", {}, full);
    const shown = {
      "ami-0f": { ours: false, maxParallelLaunches: 7 },
      "ami-5": { state: "enabled-failed" as const, since: 0 },
    };

    expect(planned(fastLaunched(story, shown))).toEqual(["wait ami-1", "enable ami-5"]);
  });
});

describe("before publication", () => {
  const before: Policy = { before: "publication", maxWait: "3h" };
  /** Stable holds `ami-1`; `ami-2` was proved an hour ago and soaks for a day. */
  const next = (shown: Record<string, Shown> = {}, policy: Policy = before) =>
    fastLaunched(
      scene({ policies: { fastLaunch: policy } })
        .published("ami-1")
        .image("ami-2"),
      shown,
    );
  const stable = (story: Scene) =>
    story
      .actions()
      .find((one) => (one.do === "wait" && one.for === "stable") || (one.do === "publish" && one.channel === "stable"));

  test("an image gets it while it soaks, and its channel takes it when both are done", () => {
    const story = next({ "ami-1": {} });
    expect(planned(story)).toEqual(["enable ami-2"]);

    fastLaunched(story, { "ami-1": {}, "ami-2": {} }).later(23 * hour);
    expect(stable(story)).toMatchObject({ do: "publish", image: "ami-2" });
  });

  test("the channel waits until EC2 has the first snapshot, at most maxWait longer than for the soak", () => {
    const story = next({ "ami-1": {}, "ami-2": { state: "enabling" } }).later(23 * hour);
    expect(stable(story)).toMatchObject({ do: "wait", until: story.world.now + 3 * hour });
    expect(planned(story)).toEqual([]);

    story.later(3 * hour);
    expect(stable(story)).toMatchObject({ do: "publish", image: "ami-2" });
  });

  test.each(["enabling-failed", "enabled-failed"] as const)("the channel does not wait for what is %s", (state) => {
    expect(stable(next({ "ami-2": { state } }).later(23 * hour))).toMatchObject({ do: "publish" });
  });

  test("a channel that must leave what it holds does not wait, and neither does its first image", () => {
    const bad = next({})
      .later(23 * hour)
      .revoke("ami-1");
    const first = fastLaunched(scene({ policies: { fastLaunch: before } }).image("ami-1"));

    expect(stable(bad)).toMatchObject({ do: "publish", image: "ami-2" });
    expect(stable(first)).toMatchObject({ do: "publish", image: "ami-1" });
  });

  test("without it no channel waits, and an image that none holds gets nothing", () => {
    const story = next({ "ami-1": {} }, {});

    expect(planned(story)).toEqual([]);
    expect(stable(story.later(23 * hour))).toMatchObject({ do: "publish" });
  });

  const late = (story: Scene) =>
    story.actions().filter((one) => one.do === "announce" && one.notification.kind === "fast-launch-late");

  test("the wait counts from the end of a slow image's hold", () => {
    const slowStart = { maxHold: "36h" };
    const story = scene({ policies: { fastLaunch: before, slowStart } })
      .usualStarts(200, 200, 200)
      .image("ami-2");
    const proved = story.world.now - hour;
    fastLaunched(story.measured("ami-2", { start: 900 }), { "ami-2": { state: "enabling" } });

    expect(stable(story.later(36 * hour))).toMatchObject({ do: "wait", until: proved + 39 * hour });
    expect(stable(story.later(2 * hour))).toMatchObject({ do: "publish", image: "ami-2" });
  });

  test("subscribers are not told of what a channel returns to, or leaves for", () => {
    const back = next({ "ami-1": {} }).later(10 * day);
    expect(late(back.holds("ami-2", ["stable"]))).toEqual([]);

    const left = next({ "ami-1": {} }).revoke("ami-1");
    expect(late(left.holds("ami-2", ["stable"]))).toEqual([]);
  });

  test("subscribers are told once that the channel took the image without it", () => {
    const story = next().later(27 * hour);
    const told = () => late(story);
    fastLaunched(story.holds("ami-2", ["stable"]), { "ami-1": {}, "ami-2": { state: "enabling" } });
    expect(told()).toHaveLength(1);

    expect(told.call(story.notifyAll())).toEqual([]);
    fastLaunched(story.notified([]), { "ami-2": {} });
    expect(told()).toEqual([]);
  });
});

describe("retention and revocations", () => {
  const retention = { keep: 2, minAge: "1d" };
  const old = (shown: Record<string, Shown>) => {
    const story = scene({ policies: { fastLaunch: {}, retention } });
    story
      .later(-20 * day)
      .published("ami-0")
      .later(5 * day)
      .published("ami-1")
      .later(5 * day)
      .published("ami-2");
    story.later(10 * day).published("ami-3").world.references = { "ami-0": { state: "unused" } };
    return fastLaunched(story, { "ami-3": {}, ...shown });
  };
  const doesOn = (story: Scene, image: string) =>
    story.actions().flatMap((one) => ("image" in one && one.image === image && one.do !== "wait" ? [one.do] : []));

  test("an image is disabled only once EC2 shows no Fast Launch of it", () => {
    const story = old({ "ami-0": {} });
    expect(doesOn(story, "ami-0")).toEqual(["disable-fast-launch"]);

    fastLaunched(story, { "ami-3": {}, "ami-0": { state: "disabling" } });
    expect(doesOn(story, "ami-0")).toEqual([]);

    fastLaunched(story, { "ami-3": {} });
    expect(doesOn(story, "ami-0")).toEqual(["disable"]);
  });

  test("what a person has enabled is disabled for that, too", () => {
    expect(doesOn(old({ "ami-0": { ours: false } }), "ami-0")).toEqual(["disable-fast-launch"]);
  });

  test("an image that may have it waits while EC2 does not tell", () => {
    expect(doesOn(fastLaunchUnknown(old({ "ami-0": {} })), "ami-0")).toEqual([]);
    expect(doesOn(fastLaunchUnknown(old({})), "ami-0")).toEqual(["disable"]);
  });

  test("a revoked image is deprecated at once and disabled after its Fast Launch", () => {
    const story = replaced({ "ami-2": {} }, {}, { policies: { disableRevoked: true } });
    story.revoke("ami-2").holds("ami-1");
    expect(doesOn(story, "ami-2")).toEqual(expect.arrayContaining(["deprecate", "disable-fast-launch"]));
    expect(doesOn(story, "ami-2")).not.toContain("disable");

    fastLaunched(story, {});
    expect(doesOn(story, "ami-2")).toContain("disable");
  });

  test("a revoked image does not wait for what EC2 cannot end, or does not end within an hour", () => {
    const revoked = (shown: Shown) => {
      const story = replaced({ "ami-2": {} }, {}, { policies: { disableRevoked: true } });
      const since = story.world.now;
      return fastLaunched(story.revoke("ami-2").holds("ami-1"), { "ami-2": { since, ...shown } });
    };

    expect(doesOn(revoked({ state: "disabling-failed" }), "ami-2")).toContain("disable");
    expect(doesOn(revoked({ state: "disabling" }).later(hour - 1), "ami-2")).not.toContain("disable");
    expect(doesOn(revoked({ state: "disabling" }).later(hour), "ami-2")).toContain("disable");
    const blind = fastLaunchUnknown(revoked({}));
    expect(doesOn(blind, "ami-2")).not.toContain("disable");
    expect(doesOn(blind.later(hour), "ami-2")).toContain("disable");
  });
});

describe("subscribers hear of a failure", () => {
  const failures = failuresTold;

  test("once for each image and reason, with what AWS says", () => {
    const story = replaced({ "ami-2": { state: "enabling-failed", reason: "LimitExceeded" } });
    expect(failures(story)).toMatchObject([
      { image: "ami-2", variant: core, reason: "LimitExceeded", failure: "quota" },
    ]);

    story.notifyAll().later(6 * hour + minute);
    fastLaunched(story, { "ami-2": { state: "enabling-failed", reason: "LimitExceeded" } });
    expect(failures(story)).toEqual([]);

    fastLaunched(story, { "ami-2": { state: "enabling-failed", reason: "AccessDenied" } });
    expect(failures(story)).toHaveLength(1);
  });

  test("once, although AWS names another instance at each attempt", () => {
    const reason = (id: string) => `Instance ${id} ended at 2026-11-04T12:00:00Z`;
    const story = replaced({ "ami-2": { state: "enabling-failed", reason: reason("i-0a1b2c3d4e5f60718") } });
    expect(failures(story)).toHaveLength(1);

    story.notifyAll().later(2 * hour);
    fastLaunched(story, { "ami-2": { state: "enabling-failed", reason: reason("i-0a1b2c3d4e5f60719") } });
    expect(failures(story)).toEqual([]);
  });

  test("not of somebody else's", () => {
    expect(failures(replaced({ "ami-2": {}, "ami-0f": { state: "enabled-failed", ours: false } }))).toEqual([]);
  });
});
