import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drift, type RecordedInputs } from "../../../../functions/domain/inputs.ts";
import { plan } from "../../../../functions/domain/plan.ts";
import { core, hour, scene, two } from "../../../scene.ts";

describe("over any history", () => {
  const step = fc.oneof(
    fc.record({ event: fc.constant("base" as const), n: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ event: fc.constant("kubernetes" as const), n: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ event: fc.constant("time" as const), n: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ event: fc.constant("request" as const), n: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ event: fc.constant("finish" as const), n: fc.integer({ min: 0, max: 3 }) }),
  );

  /** Plays events against the plan, carrying its actions out as the service would. */
  function play(steps: { event: string; n: number }[]) {
    const story = scene();
    const written: { at: number; channel: string; created: number; image: string }[] = [];
    const built: RecordedInputs[] = [];
    let images = 0;
    let mostRunning = 0;
    const carryOut = () => {
      for (const action of story.actions()) {
        if (action.do === "build") {
          built.push(action.order.inputs);
          story.build({ inputs: action.order.inputs, attempt: action.order.attempt, token: action.order.token });
        }
        if (action.do === "publish") {
          const image = story.world.images.find(({ id }) => id === action.image);
          story.holds(action.image, [action.channel]);
          written.push({
            at: story.world.now,
            channel: action.channel,
            created: image?.createdAt ?? 0,
            image: action.image,
          });
        }
      }
    };
    for (const { event, n } of steps) {
      story.later(60_000);
      if (event === "base") story.baseAmi(`ami-0000000000000000${n}`);
      if (event === "kubernetes") story.kubernetes(`1.35.${n}`);
      if (event === "time") story.later(n * hour);
      if (event === "request") story.request(`r${n}`);
      const running = story.world.builds.find(({ status }) => status === "running");
      if (event === "finish" && running) {
        const { now } = story.world;
        const failed = n === 0;
        if (!failed) {
          images += 1;
          story.image(`ami-${images}`, { createdAt: now, provedAt: now });
          const made = story.world.images.at(-1);
          if (made) made.inputs = running.inputs;
        }
        Object.assign(running, {
          status: failed ? "failed" : "succeeded",
          endedAt: now,
          image: failed ? undefined : `ami-${images}`,
          failure: failed ? { class: "capacity", cause: "none left" } : undefined,
        });
      }
      // Every look happens twice: a doubled message must not make anything happen that had not happened.
      carryOut();
      carryOut();
      mostRunning = Math.max(mostRunning, story.world.builds.filter(({ status }) => status === "running").length);
    }
    return { story, written, built, mostRunning };
  }

  test("no channel ever goes back, and never two builds run", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { written, mostRunning } = play(steps);
        for (const channel of ["candidate", "stable"]) {
          const created = written.filter((one) => one.channel === channel).map((one) => one.created);
          expect(created).toEqual(created.toSorted((a, b) => a - b));
        }
        expect(mostRunning).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("it comes to rest: once nothing changes any more, what is desired is what is published", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const rest = Array.from({ length: 6 }, () => [
          { event: "time", n: 30 },
          { event: "finish", n: 1 },
        ]).flat();
        const { story } = play([...steps, ...rest]);
        const desired = story.inputs();
        expect(story.building().do).toBe("nothing");
        expect(drift(story.world.images.at(-1)?.inputs ?? {}, desired)).toEqual([]);
        expect(story.world.channels[core]?.candidate?.image).toBe(story.world.images.at(-1)?.id);
      }),
    );
  });

  test("a plan does not change the world it is made from", () => {
    const story = scene(two).published("ami-1").kubernetes("1.35.8").failed("capacity");
    const before = structuredClone({ ...story.world, notified: [...story.world.notified] });
    plan(story.world);
    expect({ ...story.world, notified: [...story.world.notified] }).toEqual(before);
  });
});
