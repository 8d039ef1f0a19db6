import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChannelName } from "../../../../functions/config/channel-names.ts";
import { type Image, isPublishable } from "../../../../functions/domain/images.ts";
import { plan } from "../../../../functions/domain/plan.ts";
import type { World } from "../../../../functions/domain/world.ts";
import { cases } from "../../../depth.ts";
import { core, day, hour, minute, scene } from "../../../scene.ts";

const channels = ["candidate", "stable"] as const;

const event = fc.oneof(
  { weight: 3, arbitrary: fc.constant("image" as const) },
  { weight: 1, arbitrary: fc.constantFrom("revoke" as const, "unrevoke" as const) },
  { weight: 2, arbitrary: fc.constantFrom("hours" as const, "days" as const, "minutes" as const) },
  /** A look whose writes Parameter Store takes or rejects, or that dies before or after its mails, or between a tag and its write. */
  { weight: 6, arbitrary: fc.constantFrom("look", "rejected", "silent", "dies-before-writing") },
  /** What is under way is there. */
  { weight: 3, arbitrary: fc.constant("lands" as const) },
);
type Step = [what: string, n: number];

interface Write {
  channel: ChannelName;
  image: Image;
  /** What the channel held when Parameter Store took the image. */
  over: { image: Image | undefined; bad: boolean } | undefined;
}

/** Plays events against the plan, carrying it out as the service would, with all that can go wrong in between. */
function play(steps: Step[]) {
  const story = scene();
  const { world } = story;
  const writes: Write[] = [];
  const told: string[] = [];
  const under: { channel: ChannelName; image: string }[] = [];

  function take({ channel, image: id }: { channel: ChannelName; image: string }): void {
    const current = world.channels[core]?.[channel];
    const image = world.images.find((one) => one.id === id) as Image;
    const held = world.images.find((one) => one.id === current?.image);
    const over = current && { image: held, bad: held?.revoked !== undefined };
    writes.push({ channel, image: structuredClone(image), over });
    world.channels[core] = {
      ...world.channels[core],
      [channel]: {
        image: id,
        version: (current?.version ?? 0) + 1,
        writtenAt: world.now,
        holds: { status: "described", createdAt: image.createdAt, state: image.state },
      },
    };
  }

  function look(how: string): void {
    for (const action of plan(world)) {
      if (action.do === "announce" && how !== "silent") {
        told.push(action.notification.key);
        world.notified.add(action.notification.key);
      }
      if (action.do !== "publish") continue;
      const image = world.images.find(({ id }) => id === action.image) as Image;
      expect(isPublishable(image)).toBe(true);
      image.published = { ...image.published, [action.channel]: { at: world.now, previous: action.previous } };
      if (how === "dies-before-writing") return;
      if (how !== "rejected") under.push({ channel: action.channel, image: action.image });
    }
  }

  for (const [what, n] of steps) {
    world.now += 1_000;
    const image = world.images[n % Math.max(1, world.images.length)];
    if (what === "image")
      story.image(`ami-${world.images.length}`, { createdAt: world.now - hour, provedAt: world.now });
    if (what === "revoke" && image) story.revoke(image.id);
    if (what === "unrevoke" && image) story.unrevoke(image.id);
    // Parameter Store takes seconds, never minutes: what is under way is there before much time has passed.
    if (["lands", "minutes", "hours", "days"].includes(what)) for (const one of under.splice(0)) take(one);
    if (what === "minutes") world.now += n * minute;
    if (what === "hours") world.now += n * hour;
    if (what === "days") world.now += n * day;
    if (["look", "rejected", "silent", "dies-before-writing"].includes(what)) look(what);
  }
  for (let last = 0; last < 8; last++) {
    for (const one of under.splice(0)) take(one);
    world.now += 6 * minute;
    look("look");
  }
  for (const one of under) take(one);
  return { story, world, writes, told };
}

const steps = fc.array(fc.tuple(event, fc.nat({ max: 20 })), { maxLength: 60 }) as fc.Arbitrary<Step[]>;

describe("over any history of images, revocations, rejections and crashes", () => {
  test("an older image takes the place of a newer one only where nobody should get that", () => {
    fc.assert(
      fc.property(steps, (history) => {
        for (const { image, over } of play(history).writes)
          if (over?.image && over.image.createdAt > image.createdAt) expect(over.bad).toBe(true);
      }),
      { numRuns: cases(30, 300) },
    );
  });

  test("in the end every channel holds the newest image that it may have, or has said that it cannot", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { world } = play(history);
        for (const channel of channels) {
          const soak = channel === "stable" ? world.configuration.policies.soak : 0;
          const publishable = world.images.filter(isPublishable).toSorted((a, b) => b.createdAt - a.createdAt);
          // What a channel was given once, its first image above all, does not soak.
          const best = publishable.find(
            ({ provedAt, published }) => published[channel] || provedAt + soak <= world.now,
          );
          const held = world.channels[core]?.[channel]?.image;
          const bad = world.images.find(({ id }) => id === held)?.revoked !== undefined;
          if (best) expect(held).toBe(best.id);
          else if (bad) expect([...world.notified].join()).toContain(`stranded/${core}/${channel}/${held}/`);
        }
      }),
      { numRuns: cases(30, 300) },
    );
  });

  test("what a channel holds in the end has been told, and nothing twice", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { world, told } = play(history);
        expect(new Set(told).size).toBe(told.length);
        for (const channel of channels) {
          const { image: held = "", writtenAt = 0 } = world.channels[core]?.[channel] ?? {};
          const keys = told.filter((key) => /^(published|rolled-back)\//.test(key) && key.includes(`/${channel}/`));
          // Facts of more than 30 days ago are not told any more: nobody had looked for so long.
          if (world.now - writtenAt < 30 * day) expect(keys.at(-1)).toMatch(new RegExp(`-${held}$`));
        }
      }),
      { numRuns: cases(30, 300) },
    );
  });
});

test("a plan is the same however often it is made", () => {
  fc.assert(
    fc.property(steps, (history) => {
      const world: World = play(history).world;
      expect(plan(world)).toEqual(plan(world));
    }),
    { numRuns: cases(5, 50) },
  );
});
