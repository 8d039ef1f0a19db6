import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { channelNames } from "../../../../functions/config/channel-names.ts";
import { cases } from "../../../depth.ts";
import { hour, scene } from "../../../scene.ts";

describe("rule 19, whatever was measured", () => {
  const story = (starts: number[], start: number, hold: number) =>
    scene({ policies: { soak: "0s", slowStart: { maxHold: `${hold}h` } } })
      .usualStarts(...starts)
      .image("ami-2")
      .measured("ami-2", { start });
  const starts = fc.array(fc.integer({ min: 1, max: 86_000 }), { minLength: 1, maxLength: 8 });
  const start = fc.integer({ min: 1, max: 86_000 });
  const hold = fc.integer({ min: 0, max: 200 });

  test("no image is held for longer than maxHold after its proof", () => {
    fc.assert(
      fc.property(starts, start, hold, fc.integer({ min: 0, max: 300 }), (usual, own, hours, waited) => {
        const told = story(usual, own, hours);
        told.world.now += waited * hour;
        // It was proved an hour before.
        if (waited + 1 >= hours) expect(told.publications()).toEqual({ candidate: "ami-2", stable: "ami-2" });
        for (const channel of channelNames) {
          const wait = told.waiting(channel);
          if (wait?.do === "wait") expect(wait.until).toBe(told.world.now - (waited + 1 - hours) * hour);
        }
      }),
      { numRuns: cases(100, 10_000) },
    );
  });

  test("a channel always leaves a revoked image at once", () => {
    fc.assert(
      fc.property(starts, start, hold, (usual, own, hours) => {
        const told = story(usual, own, hours);
        expect(told.revoke(`ami-usual-${usual.length}`).publications()).toEqual({
          candidate: "ami-2",
          stable: "ami-2",
        });
      }),
      { numRuns: cases(100, 10_000) },
    );
  });
});
