import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drift, type RecordedInputs } from "../../../../functions/domain/inputs.ts";
import { plan } from "../../../../functions/domain/plan.ts";
import { cases } from "../../../depth.ts";
import { core, hour, scene, two } from "../../../scene.ts";

describe("in any history", () => {
  const step = fc.oneof(
    fc.record({ event: fc.constant("base" as const), n: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ event: fc.constant("kubernetes" as const), n: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ event: fc.constant("time" as const), n: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ event: fc.constant("request" as const), n: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ event: fc.constant("finish" as const), n: fc.integer({ min: 0, max: 3 }) }),
  );

  /** Plays events against the plan and carries its actions out as the service would. */
  function play(steps: { event: string; n: number }[]) {
    const story = scene();
    const written: { at: number; channel: string; created: number; image: string }[] = [];
    const built: RecordedInputs[] = [];
    let images = 0;
    let maxRunning = 0;
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
      // Every run happens twice, because a repeated message must not cause anything new.
      carryOut();
      carryOut();
      maxRunning = Math.max(maxRunning, story.world.builds.filter(({ status }) => status === "running").length);
    }
    return { story, written, built, maxRunning };
  }

  test("no channel goes back to an older image, and no two builds run at once", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { written, maxRunning } = play(steps);
        for (const channel of ["candidate", "stable"]) {
          const created = written.filter((one) => one.channel === channel).map((one) => one.created);
          expect(created).toEqual(created.toSorted((a, b) => a - b));
        }
        expect(maxRunning).toBeLessThanOrEqual(1);
      }),
      { numRuns: cases(50, 1_000) },
    );
  });

  test("the desired inputs are published once nothing changes any more", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const rest = Array.from({ length: 6 }, () => [
          { event: "time", n: 30 },
          { event: "finish", n: 1 },
        ]).flat();
        const { story } = play([...steps, ...rest]);
        const desired = story.inputs();
        expect(story.building().do).toBe("nothing");
        expect(drift(story.world.images.at(-1)?.inputs as RecordedInputs, desired)).toEqual([]);
        expect(story.world.channels[core]?.candidate?.image).toBe(story.world.images.at(-1)?.id);
      }),
      { numRuns: cases(30, 1_000) },
    );
  });

  test("planning does not change the world", () => {
    const story = scene(two).published("ami-1").kubernetes("1.35.8").failed("capacity");
    const before = structuredClone({ ...story.world, notified: [...story.world.notified] });
    plan(story.world);
    expect({ ...story.world, notified: [...story.world.notified] }).toEqual(before);
  });
});
