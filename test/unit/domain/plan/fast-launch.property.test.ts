import { sumBy } from "es-toolkit";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planOf } from "../../../../functions/api/plan.ts";
import { statusOf } from "../../../../functions/api/status.ts";
import { type ChannelName, channelNames } from "../../../../functions/config/channel-names.ts";
import { type FastLaunch, fastLaunchOf, fastLaunchStates } from "../../../../functions/domain/fast-launches.ts";
import { plan } from "../../../../functions/domain/plan.ts";
import { cases } from "../../../depth.ts";
import { checkAnswer } from "../../../documented-answers.ts";
import { fastLaunched, fastLaunchRefused, fastLaunchUnknown, type Shown } from "../../../fast-launched.ts";
import { core, day, full, hour, type Scene, scene, two } from "../../../scene.ts";

const images = ["ami-1", "ami-2", "ami-3", "ami-4"];
/** EC2 shows these, too: one that is gone, and one of somebody else. */
const others = ["ami-5", "ami-0f"];

const anyEvents = fc.array(
  fc.record({
    happens: fc.constantFrom("holds", "revokes", "unrevokes", "changes", "pauses", "resumes", "later", "starts"),
    image: fc.constantFrom(...images),
    n: fc.nat(63),
  }),
  { maxLength: 15 },
);

const anyShown = fc.dictionary(
  fc.constantFrom(...images, ...others),
  fc.record({
    state: fc.constantFrom(...fastLaunchStates),
    ours: fc.boolean(),
    maxParallelLaunches: fc.integer({ min: 6, max: 14 }),
    reason: fc.constantFrom("LimitExceeded", "AccessDenied", "Server.InternalError", undefined),
    ago: fc.nat(30),
  }),
);

const anyPolicy = fc.record({
  channels: fc.subarray<ChannelName>([...channelNames]),
  before: fc.constantFrom("publication" as const, "never" as const),
  quota: fc.integer({ min: 6, max: 40 }),
});

type Policy = typeof anyPolicy extends fc.Arbitrary<infer T> ? T : never;
type Events = typeof anyEvents extends fc.Arbitrary<infer T> ? T : never;
type ShownThen = typeof anyShown extends fc.Arbitrary<infer T> ? T : never;

function sceneAfter(policy: Policy, events: Events, shown: ShownThen, isDisabling: boolean): Scene {
  const retention = { keep: 2, minAge: "1d", grace: "1d", deregister: true };
  const policies = { fastLaunch: policy, retention, disableRevoked: isDisabling, soak: "1d" };
  const story = scene({ ...two, policies });
  images.forEach((id, index) => {
    const at = story.world.now - (10 - index * 3) * day;
    story.image(id, { variant: index === 3 ? full : core, createdAt: at, provedAt: at });
  });
  story.holds("ami-1").fleet("web").world.references = Object.fromEntries(
    images.map((id) => [id, { state: "unused" as const }]),
  );
  for (const { happens, image, n } of events) {
    const variant = image === "ami-4" ? full : core;
    if (happens === "holds") story.holds(image, [channelNames[n % 2] ?? "stable"], variant);
    if (happens === "revokes") story.revoke(image);
    if (happens === "unrevokes") story.unrevoke(image);
    if (happens === "changes")
      story.change(image, { state: n % 2 ? "disabled" : "available", retiredAt: n % 4 ? 1 : undefined });
    if (happens === "pauses") story.pause(variant);
    if (happens === "resumes" && story.world.pauses[variant]) story.resume(variant);
    if (happens === "later") story.later(n * hour);
    if (happens === "starts") story.fleets("runs", "web", image, [n % 4]);
  }
  const now: Record<string, Shown> = {};
  for (const [id, { ago, ...one }] of Object.entries(shown)) now[id] = { ...one, since: story.world.now - ago * hour };
  return fastLaunched(story, now);
}

function always(check: (story: Scene) => void): void {
  fc.assert(
    fc.property(anyPolicy, anyEvents, anyShown, fc.boolean(), (...about) => check(sceneAfter(...about))),
    { numRuns: cases(200, 4_000) },
  );
}

function shownIn({ world }: Scene): Readonly<Record<string, FastLaunch>> {
  return world.fastLaunch?.state === "known" ? world.fastLaunch.images : {};
}

function writesOf({ world }: Scene) {
  return plan(world).flatMap((one) =>
    one.do === "enable-fast-launch" || one.do === "disable-fast-launch" ? [one] : [],
  );
}

const enabled = (story: Scene) => writesOf(story).filter((one) => one.do === "enable-fast-launch");
const disabled = (story: Scene) => writesOf(story).filter((one) => one.do === "disable-fast-launch");

describe("whatever has happened", () => {
  test("no more is enabled than the quota has left", () => {
    always((story) => {
      const { quota = 0, maxParallelLaunches = 0 } = story.world.configuration.policies.fastLaunch ?? {};
      const shown = shownIn(story);
      const before = sumBy(Object.values(shown), (one) => one.maxParallelLaunches);
      const more = sumBy(enabled(story), ({ image }) => maxParallelLaunches - (shown[image]?.maxParallelLaunches ?? 0));

      if (more > 0) expect(before + more).toBeLessThanOrEqual(quota);
    });
  });

  test("nothing is enabled but what a channel of the policy holds, or waits for", () => {
    always((story) => {
      const { channels = [], before } = story.world.configuration.policies.fastLaunch ?? {};
      for (const { image, variant } of enabled(story)) {
        const isHeld = channels.some((channel) => story.world.channels[variant]?.[channel]?.image === image);
        expect(isHeld || before === "publication").toBe(true);
        expect(story.world.images.find(({ id }) => id === image)).toMatchObject({
          state: "available",
          revoked: undefined,
        });
      }
    });
  });

  test("a good image that a channel of the policy holds keeps what this service has given it", () => {
    always((story) => {
      const { channels = [] } = story.world.configuration.policies.fastLaunch ?? {};
      for (const { image } of disabled(story)) {
        const holders = Object.values(story.world.channels).flatMap((own) => channels.map((name) => own[name]?.image));
        const isLeft = shownIn(story)[image]?.state === "disabling-failed";
        expect(holders.includes(image) && !isLeft).toBe(false);
      }
    });
  });

  test("no image is disabled or deregistered while EC2 shows Fast Launch of it, but a revoked one that waits in vain", () => {
    always((story) => {
      const isInVain = (image: string) => {
        const { state, since = 0 } = fastLaunchOf(story.world.fastLaunch, image) ?? {};
        return state === "disabling-failed" || (state === "disabling" && story.world.now - since >= hour);
      };
      const gone = plan(story.world).flatMap((one) => {
        if (one.do !== "disable" && one.do !== "deregister") return [];
        const isExcused = one.do === "disable" && one.because === "revoked" && isInVain(one.image);
        return isExcused ? [] : [one.image];
      });

      expect(gone.filter((image) => Object.hasOwn(shownIn(story), image))).toEqual([]);
    });
  });

  test("EC2 is not asked again at once for what it has just refused", () => {
    always((story) => {
      for (const { image, do: what } of writesOf(story)) {
        const of = what === "enable-fast-launch" ? "enable" : "disable";
        fastLaunchRefused(story, image, of, "UnauthorizedOperation: denied");
        expect(writesOf(story)).not.toContainEqual(expect.objectContaining({ image, do: what }));
      }
    });
  });

  test("somebody else's image is not touched, and a gone one is left with nothing", () => {
    always((story) => {
      const { recorded = {} } = story.world.fastLaunch ?? {};
      const foreign = others.filter((image) => !Object.hasOwn(recorded, image));
      expect(writesOf(story).filter(({ image }) => foreign.includes(image))).toEqual([]);

      for (const image of others.filter((one) => Object.hasOwn(recorded, one))) {
        const { state, since = 0 } = shownIn(story)[image] as FastLaunch;
        const isDue = state !== "disabling" && (state !== "disabling-failed" || story.world.now - since >= day);
        const isPaused = ["*", recorded[image] ?? ""].some((scope) => Object.hasOwn(story.world.pauses, scope));
        if (isDue && !isPaused) expect(disabled(story).map((one) => one.image)).toContain(image);
      }
    });
  });

  test("nothing is changed while it is unknown what has it", () => {
    always((story) => {
      expect(writesOf(fastLaunchUnknown(story))).toEqual([]);
    });
  });

  test("plan and status are as documented", () => {
    always(({ world }) => {
      for (const [path, answer] of [
        ["/plan", planOf(world)],
        ["/", statusOf(world, "/channels")],
      ] as const)
        checkAnswer({ method: "GET", path, status: 200, body: JSON.stringify(answer) });
    });
  });
});
