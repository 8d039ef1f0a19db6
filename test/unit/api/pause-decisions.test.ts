import { describe, expect, test } from "vitest";
import { decidePause, decideResume } from "../../../functions/api/pause-decisions.ts";
import { core, day, full, scene, two } from "../../scene.ts";
import { ann, dryRun, reason } from "./interventions/caller.ts";

const removed = "windows-2019-core-1.30";

describe("POST /pause", () => {
  const order = { variant: core, reason, dryRun };

  test.each([core, "*"])("pauses %s with caller, time and reason", (variant) => {
    expect(decidePause(scene().world, { ...order, variant }, ann)).toMatchObject({
      outcome: "accepted",
      scope: variant,
      change: { write: { ...ann, reason } },
      pauses: { [variant]: { ...ann, reason } },
    });
  });

  test("says what a pause stops and what it does not", () => {
    expect(decidePause(scene().world, order, ann)).toMatchObject({
      message: `${core} is paused since 2026-11-04T12:00:00.000Z by ${ann.by}: ${reason}; no build, proof, harvest, publication, retirement or sweep begins; running builds go on, and a channel still leaves a bad image`,
    });
  });

  test("keeps the first pause when it is repeated, and says so", () => {
    const { world } = scene().pause();

    expect(decidePause(world, order, { ...ann, at: ann.at + day })).toMatchObject({
      outcome: "accepted",
      change: undefined,
      pauses: world.pauses,
      message: `already: ${core} is paused since 2026-11-04T12:00:00.000Z by ${ann.by}: nodes crash`,
    });
  });

  test("pauses a variant besides everything, so that it stays paused when everything is resumed", () => {
    expect(Object.keys((decidePause(scene().pause("*").world, order, ann) as { pauses: object }).pauses)).toEqual([
      "*",
      core,
    ]);
  });

  test("pauses a removed variant whose images retention may take", () => {
    const { world } = scene({ retiredVariants: [removed] });

    expect(decidePause(world, { ...order, variant: removed }, ann)).toMatchObject({ outcome: "accepted" });
  });

  test.each(["windows-95", "constructor"])("refuses the unknown variant %s with what is allowed", (variant) => {
    const { world } = scene({ ...two, retiredVariants: [removed] });

    expect(decidePause(world, { ...order, variant }, ann)).toEqual({
      outcome: "refused",
      status: 404,
      why: `there is nothing to pause that is called "${variant}"`,
      allowed: { variant: [core, full, removed, "*"] },
    });
  });
});

describe("POST /resume", () => {
  const order = { variant: core, reason, dryRun };

  test.each([core, "*", removed])("ends the pause of %s, whether it is configured or not", (variant) => {
    expect(decideResume(scene().pause(variant).world, { ...order, variant })).toMatchObject({
      outcome: "accepted",
      scope: variant,
      change: "delete",
      pauses: {},
    });
  });

  test("of a variant says that everything is still paused", () => {
    expect(decideResume(scene().pause().pause("*").world, order)).toMatchObject({
      message: `${core} is resumed; everything is paused since 2026-11-04T12:00:00.000Z by ${ann.by}: nodes crash`,
    });
  });

  test("is refused for a variant that only everything's pause holds, and names that pause", () => {
    expect(decideResume(scene().pause("*").world, order)).toMatchObject({
      outcome: "refused",
      status: 409,
      why: expect.stringContaining(`${core} is not paused by itself; everything is paused since`),
      allowed: { variant: ["*"] },
    });
  });

  test("is refused for an unknown variant with what is paused", () => {
    expect(decideResume(scene().pause().world, { ...order, variant: "windows-95" })).toMatchObject({
      outcome: "refused",
      status: 404,
      allowed: { variant: [core] },
    });
  });
});
