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
  /**
   * A run whose writes Parameter Store accepts or rejects, that sends no mail, or that crashes between a tag and its
   * write.
   */
  { weight: 6, arbitrary: fc.constantFrom("run", "rejected", "silent", "crashes-before-writing") },
  /** Parameter Store accepts the writes that are under way. */
  { weight: 3, arbitrary: fc.constant("lands" as const) },
);
type Step = [what: string, n: number];

interface Write {
  channel: ChannelName;
  image: Image;
  /** What the channel held when Parameter Store accepted the image. */
  over: { image: Image | undefined; bad: boolean } | undefined;
}

/** Plays events against the plan and carries it out as the service would, with every failure in between. */
function play(steps: Step[]) {
  const story = scene();
  const { world } = story;
  const writes: Write[] = [];
  const sent: string[] = [];
  const under: { channel: ChannelName; image: string }[] = [];

  function accept({ channel, image: id }: { channel: ChannelName; image: string }): void {
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

  function reconcile(how: string): void {
    for (const action of plan(world)) {
      if (action.do === "announce" && how !== "silent") {
        sent.push(action.notification.key);
        world.notified.add(action.notification.key);
      }
      if (action.do !== "publish" && action.do !== "confirm") continue;
      const image = world.images.find(({ id }) => id === action.image) as Image;
      if (action.do === "confirm") {
        image.held = { ...image.held, [action.channel]: world.now };
        continue;
      }
      expect(isPublishable(image)).toBe(true);
      image.published = { ...image.published, [action.channel]: { at: world.now, previous: action.previous } };
      if (how === "crashes-before-writing") return;
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
    // Parameter Store validates within seconds, so a write that is under way ends before minutes pass.
    if (["lands", "minutes", "hours", "days"].includes(what)) for (const one of under.splice(0)) accept(one);
    if (what === "minutes") world.now += n * minute;
    if (what === "hours") world.now += n * hour;
    if (what === "days") world.now += n * day;
    if (["run", "rejected", "silent", "crashes-before-writing"].includes(what)) reconcile(what);
  }
  for (let last = 0; last < 8; last++) {
    for (const one of under.splice(0)) accept(one);
    world.now += 6 * minute;
    reconcile("run");
  }
  for (const one of under) accept(one);
  return { story, world, writes, sent };
}

const steps = fc.array(fc.tuple(event, fc.nat({ max: 20 })), { maxLength: 60 }) as fc.Arbitrary<Step[]>;

describe("in any history of images, revocations, rejections and crashes", () => {
  test("an older image replaces a newer one only if that is bad", () => {
    fc.assert(
      fc.property(steps, (history) => {
        for (const { image, over } of play(history).writes)
          if (over?.image && over.image.createdAt > image.createdAt) expect(over.bad).toBe(true);
      }),
      { numRuns: cases(50, 3_000) },
    );
  });

  test("every channel ends with the newest image that it may hold, or is reported as stranded", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { world } = play(history);
        for (const channel of channels) {
          const soak = channel === "stable" ? world.configuration.policies.soak : 0;
          const publishable = world.images.filter(isPublishable).toSorted((a, b) => b.createdAt - a.createdAt);
          // An image that the channel held before, such as its first one, does not soak.
          const best = publishable.find(
            ({ provedAt, held }) => held[channel] !== undefined || provedAt + soak <= world.now,
          );
          const held = world.channels[core]?.[channel]?.image;
          const bad = world.images.find(({ id }) => id === held)?.revoked !== undefined;
          if (best) expect(held).toBe(best.id);
          else if (bad) expect([...world.notified].join()).toContain(`stranded/${core}/${channel}/${held}/`);
        }
      }),
      { numRuns: cases(50, 3_000) },
    );
  });

  test("every final publication is notified, and no notification is repeated", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { world, sent } = play(history);
        expect(new Set(sent).size).toBe(sent.length);
        for (const channel of channels) {
          const { image: held, writtenAt } = world.channels[core]?.[channel] ?? { image: "", writtenAt: 0 };
          const keys = sent.filter((key) => /^(published|rolled-back)\//.test(key) && key.includes(`/${channel}/`));
          // Subscribers are not notified of anything older than 30 days.
          if (world.now - writtenAt < 30 * day) expect(keys.at(-1)).toContain(`-${held}/`);
        }
      }),
      { numRuns: cases(50, 3_000) },
    );
  });
});

test("planning the same world twice gives the same plan", () => {
  fc.assert(
    fc.property(steps, (history) => {
      const world: World = play(history).world;
      expect(plan(world)).toEqual(plan(world));
    }),
    { numRuns: cases(15, 500) },
  );
});
