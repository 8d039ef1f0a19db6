import { afterEach, expect, test, vi } from "vitest";
import { indexWorld } from "../../../functions/domain/indexed-world.ts";
import { plan } from "../../../functions/domain/plan.ts";
import { logOutcome } from "../../../functions/reconcile/log.ts";
import { logger } from "../../../functions/telemetry/logger.ts";
import { core, type Scene } from "../../scene.ts";
import { attempt, fleetScene, recorded, web } from "../../web-fleet.ts";

afterEach(() => vi.restoreAllMocks());

/** The lines about the fleet that a run logs whose every action is done. */
function linesOf({ world }: Scene) {
  const info = vi.spyOn(logger, "info").mockReturnValue();
  for (const action of plan(world)) if ("fleet" in action) logOutcome({ action, result: "done" }, indexWorld(world));
  return info.mock.calls;
}

test("the line of a rollout names the fleet and has the token of the build that made the image", () => {
  const story = fleetScene();
  const token = "f".repeat(64);
  story.change("ami-2", { token });
  recorded(story, "web", { orders: [{ image: "ami-2", force: false, at: story.world.now }] });

  expect(linesOf(story)).toEqual([
    [
      "roll",
      expect.objectContaining({ variant: core, fleet: "web", image: "ami-2", from: "ami-1", token, result: "done" }),
    ],
  ]);
});

test("the line of a fleet that waits says for what and until when", () => {
  const story = fleetScene({ ...web, window: { days: ["Thu"], from: "22:00", to: "04:00", timeZone: "UTC" } });
  recorded(story, "web", { attempts: [attempt(1, { image: "ami-1", from: "none" })] });

  expect(linesOf(story)).toEqual([
    [
      "wait",
      expect.objectContaining({
        fleet: "web",
        for: "fleet",
        until: "2026-11-05T22:00:00.000Z",
        reasons: [expect.stringContaining("outside the window")],
      }),
    ],
  ]);
});
