import { describe, expect, test } from "vitest";
import type { ConfigurationInput } from "../../../../functions/config/configuration.ts";
import { indexWorld } from "../../../../functions/domain/indexed-world.ts";
import { measurementsOf } from "../../../../functions/reconcile/measurements.ts";
import { ireland, placed, plannedIn, whyIn } from "../../../placed.ts";
import { day, full, hour, minute, type Scene, scene, two } from "../../../scene.ts";

type FastLaunch = NonNullable<ConfigurationInput["policies"]>["fastLaunch"];

const fast = { ...ireland, fastLaunch: true };

/** Ireland's `stable` holds the copy of what home's holds; EC2 shows nothing of Fast Launch yet, here or there. */
function inIreland(fastLaunch: FastLaunch = {}, place: object = fast) {
  const story = scene({ places: [place as typeof fast], policies: { fastLaunch } }).published("ami-1");
  return { story, there: placed(story, "ireland").copied("ami-1", "ami-c1").holds("ami-c1").fastLaunched() };
}

/** What the plan does about Fast Launch in places. */
function fastLaunches(story: Scene): string[] {
  return plannedIn(story).filter((one) => one.includes("fast-launch-there"));
}

describe("rule 20: Fast Launch in a place", () => {
  test("is enabled for what a channel of the policy holds there", () => {
    const { story } = inIreland();

    expect(fastLaunches(story)).toEqual(["ireland: fast-launch-there ami-c1 on"]);
    expect(whyIn(story, "fast-launch-there")).toBe("stable there holds it");
  });

  test("is enabled once for both channels, and not for one that the policy does not name", () => {
    const channels = ["candidate", "stable"];
    const both = inIreland({ channels: ["candidate", "stable"] }, { ...fast, channels });
    both.there.holds("ami-c1", "candidate");
    expect(fastLaunches(both.story)).toEqual(["ireland: fast-launch-there ami-c1 on"]);

    const other = inIreland({ channels: ["candidate"] }, { ...fast, channels });
    expect(fastLaunches(other.story)).toEqual([]);
  });

  test("is nothing that a place without fastLaunch gets, and none that did not answer", () => {
    const off = inIreland({}, ireland);
    expect(fastLaunches(off.story)).toEqual([]);

    const { story, there } = inIreland();
    there.away();
    expect(fastLaunches(story)).toEqual([]);
  });

  test.each([
    ["only looks like a copy", "ami-forged"],
    ["is disabled there", "ami-c2"],
  ])("is not enabled for what %s", (_, id) => {
    const { story, there } = inIreland();
    there.looksLike("ami-1", "ami-forged").copied("ami-1", "ami-c2", { state: "disabled" }).holds(id);

    expect(fastLaunches(story)).toEqual([]);
  });

  test("is left on while it is made or there", () => {
    const { story, there } = inIreland();
    for (const state of ["enabling", "enabled"] as const) {
      there.fastLaunched({ "ami-c1": { state } });
      expect(fastLaunches(story)).toEqual([]);
    }
  });

  test("is tried again six hours after EC2 failed or refused, and told once", () => {
    const { story, there } = inIreland();
    there.fastLaunched({ "ami-c1": { state: "enabling-failed", reason: "VcpuLimitExceeded", since: story.world.now } });
    story.later(6 * hour - minute);
    expect(fastLaunches(story)).toEqual([]);
    expect(whyIn(story, "wait")).toMatch(/^Fast Launch of ami-c1: .*VcpuLimitExceeded/);
    expect(story.notifications("place-failed")).toMatchObject([
      { of: "fast-launch", place: "ireland", image: "ami-1", id: "ami-c1", why: "VcpuLimitExceeded" },
    ]);
    const run = { world: indexWorld(story.world), states: [], triggers: [], outcomes: [], milliseconds: 0 };
    expect(measurementsOf(run).FastLaunchFailures).toBe(1);

    story.later(minute);
    expect(fastLaunches(story)).toEqual(["ireland: fast-launch-there ami-c1 on"]);
    there.fastLaunched().fastLaunchRefused("ami-c1", "enable", "UnauthorizedOperation: no");
    expect(fastLaunches(story)).toEqual([]);
    expect(fastLaunches(story.later(6 * hour))).toEqual(["ireland: fast-launch-there ami-c1 on"]);
  });

  test("waits for the place's own quota, not home's", () => {
    const story = scene({ ...two, places: [fast], policies: { fastLaunch: { quota: 12 } } });
    story.published("ami-1").published("ami-f1", {}, full);
    const there = placed(story, "ireland").copied("ami-1", "ami-c1").holds("ami-c1");
    there.copied("ami-f1", "ami-cf1").holds("ami-cf1", "stable", full);
    there.fastLaunched({ "ami-of-others": { ours: false, maxParallelLaunches: 6 } });

    expect(fastLaunches(story)).toEqual(["ireland: fast-launch-there ami-c1 on"]);
    expect(whyIn(story, "wait")).toContain("12 of the 12 parallel launches of the account are taken");
  });

  test("waits while the variant is paused or EC2 does not tell", () => {
    expect(fastLaunches(inIreland().story.pause())).toEqual([]);

    const { story, there } = inIreland();
    there.fastLaunchUnknown("Throttling");
    expect(fastLaunches(story)).toEqual([]);
    expect(whyIn(story, "wait")).toContain("it is unknown what has Fast Launch: Throttling");
  });
});

describe("Fast Launch in a place ends", () => {
  /** The channel there holds the copy of `ami-2`; both copies have Fast Launch. */
  function moved() {
    const { story, there } = inIreland();
    story.published("ami-2");
    there.copied("ami-2", "ami-c2").holds("ami-c2").fastLaunched({ "ami-c1": {}, "ami-c2": {} });
    return { story, there };
  }

  test("once no channel there holds the image any more", () => {
    const { story } = moved();

    expect(fastLaunches(story)).toEqual(["ireland: fast-launch-there ami-c1 off"]);
    expect(whyIn(story, "fast-launch-there")).toBe("no channel there holds it");
  });

  test("only if the record says that it is ours", () => {
    const { story, there } = moved();
    there.fastLaunched({ "ami-c1": {}, "ami-other": { ours: false } });
    expect(fastLaunches(story)).toContain("ireland: fast-launch-there ami-c1 off");
    expect(fastLaunches(story).join()).not.toContain("ami-other");
  });

  test("with an empty list of channels", () => {
    const { story, there } = inIreland({ channels: [] });
    there.fastLaunched({ "ami-c1": {} });

    expect(fastLaunches(story)).toEqual(["ireland: fast-launch-there ami-c1 off"]);
  });

  test("although the copy is gone", () => {
    const { story, there } = moved();
    there.fastLaunched({ "ami-gone": {} });

    expect(fastLaunches(story)).toContain("ireland: fast-launch-there ami-gone off");
  });

  test("not while a channel there holds the image, also if that is revoked", () => {
    const { story, there } = inIreland();
    there.fastLaunched({ "ami-c1": {} });
    story.revoke("ami-1");

    expect(fastLaunches(story)).toEqual([]);
  });

  test("not while it is removed already, and six hours after EC2 could not", () => {
    const { story, there } = moved();
    there.fastLaunched({ "ami-c1": { state: "disabling" }, "ami-c2": {} });
    expect(fastLaunches(story)).toEqual([]);

    there.fastLaunched({ "ami-c1": { state: "disabling-failed", since: story.world.now }, "ami-c2": {} });
    expect(fastLaunches(story)).toEqual([]);
    expect(fastLaunches(story.later(6 * hour))).toEqual(["ireland: fast-launch-there ami-c1 off"]);
  });

  test("not while the variant is paused, unless the image is revoked", () => {
    const { story } = moved();
    story.pause();
    expect(fastLaunches(story)).toEqual([]);

    story.revoke("ami-1");
    expect(fastLaunches(story)).toEqual(["ireland: fast-launch-there ami-c1 off"]);
  });
});

describe("a copy with Fast Launch", () => {
  /** Nothing needs the copy of `ami-1` any more; whoever gave it Fast Launch. */
  function leaving(ours: boolean, policies: ConfigurationInput["policies"] = {}) {
    const retention = { keep: 2, minAge: "1h", grace: "14d", deregister: true } as const;
    const story = scene({ places: [fast], policies: { fastLaunch: {}, retention, ...policies } });
    for (const [index, id] of ["ami-1", "ami-2", "ami-3", "ami-4"].entries()) {
      const then = story.world.now - (30 - index) * day;
      story.image(id, { createdAt: then, provedAt: then }).holds(id);
    }
    const there = placed(story, "ireland");
    for (const n of [1, 2, 3, 4]) there.copied(`ami-${n}`, `ami-c${n}`, { at: story.world.now - 20 * day });
    there.holds("ami-c4").uses("ami-c1").uses("ami-c2");
    there.fastLaunched({ "ami-c1": { ours }, "ami-c4": {} });
    return { story, there };
  }

  test.each([true, false])("loses it before it is disabled, also if a person gave it: %s", (ours) => {
    const { story, there } = leaving(ours);
    expect(plannedIn(story)).toContain("ireland: fast-launch-there ami-c1 off");
    expect(plannedIn(story)).not.toContain("ireland: disable-there ami-c1");

    there.fastLaunched({ "ami-c4": {} });
    expect(plannedIn(story)).toContain("ireland: disable-there ami-c1");
  });

  test("is not disabled while nobody tells whether it still has it", () => {
    const { story, there } = leaving(true);
    there.fastLaunchUnknown("Throttling");

    expect(plannedIn(story)).not.toContain("ireland: disable-there ami-c1");
  });

  test("keeps what a person gave it while something uses it", () => {
    const { story, there } = leaving(false);
    there.uses("ami-c1", "instance/i-1");

    expect(fastLaunches(story)).toEqual([]);
  });

  test("is disabled in spite of it if it is revoked and EC2 cannot end it", () => {
    const { story, there } = leaving(true, { disableRevoked: true });
    story.revoke("ami-1");
    expect(plannedIn(story)).not.toContain("ireland: disable-there ami-c1");

    there.fastLaunchRefused("ami-c1", "disable", "UnauthorizedOperation: no");
    expect(plannedIn(story)).toContain("ireland: disable-there ami-c1");
  });
});
