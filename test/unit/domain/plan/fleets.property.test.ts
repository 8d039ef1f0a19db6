import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planOf } from "../../../../functions/api/plan.ts";
import { statusOf } from "../../../../functions/api/status.ts";
import { closedNow } from "../../../../functions/config/rollout-window.ts";
import type { FleetWrite } from "../../../../functions/domain/fleets/actions.ts";
import { type Action, plan } from "../../../../functions/domain/plan.ts";
import { cases } from "../../../depth.ts";
import { checkAnswer } from "../../../documented-answers.ts";
import { hour, minute, type Scene, scene } from "../../../scene.ts";

const window = { days: ["Tue" as const, "Thu" as const], from: "22:00", to: "04:00", timeZone: "Europe/Berlin" };
const blackouts = [{ from: "2026-11-10", to: "2026-11-11", reason: "the sale" }];

/** One fleet of each sort. */
const sorts: Record<string, Parameters<Scene["fleet"]>[1]> = {
  staging: { wave: "eu" },
  web: { wave: "eu", window, blackouts, after: { fleet: "staging", healthyFor: "1d" } },
  api: { wave: "eu", approval: "manual", rollback: "at once", window },
  batch: { kind: "auto-scaling-group", window },
  spot: { kind: "auto-scaling-group", parameter: "own", wave: "us" },
  pool: { kind: "karpenter", parameter: "own", wave: "us", window },
  seen: { mode: "watch", rollback: "at once" },
  free: { kind: "karpenter", parameter: "channel", mode: "watch" },
};
const names = Object.keys(sorts);
const images = ["ami-1", "ami-2", "ami-3"];
const statuses = ["running", "succeeded", "failed", "cancelled", "rolled-back", "refused", "invisible"] as const;

interface Event {
  happens: string;
  name: string;
  image: string;
  n: number;
}

const anyEvents = fc.array(
  fc.record({
    happens: fc.constantFrom(...Object.keys(happenings())),
    name: fc.constantFrom(...names),
    image: fc.constantFrom(...images),
    n: fc.nat(63),
  }),
  { maxLength: 25 },
);

function happenings(): Record<string, (story: Scene, event: Event) => void> {
  return {
    channel: (story, { image }) => story.holds(image),
    rollout: (story, { name, image, n }) => {
      if (sorts[name]?.mode === "watch") return;
      const status = statuses[n % statuses.length] ?? "running";
      const isOver = n % 2 === 0 && status !== "running";
      story.fleets("rollout", name, image, { ago: isOver ? hour : 0, status }).later(1000);
    },
    end: (story, { name, n }) => {
      const observed = story.world.fleets[name];
      if (observed?.state === "known" && observed.updates.length > 0)
        story.fleets("ends", name, n % 2 ? "succeeded" : "failed");
    },
    take: (story, { name, image, n }) => story.fleets("take", name, image, n % 5),
    "an order": (story, { name, image, n }) => story.fleets("order", name, image, { force: n % 2 === 0 }).later(1000),
    hold: (story, { name }) => story.fleets("hold", name),
    release: (story, { name }) => story.fleets("release", name),
    new: (story, { name }) => story.fleets("neverRolled", name),
    arrival: (story, { name, image, n }) => story.fleets("arrived", name, image, n * hour),
    nodes: (story, { name, image, n }) => story.fleets("runs", name, image, [n % 4]),
    "no nodes": (story, { name }) => story.fleets("observe", name, { nodes: [] }),
    obstacle: (story, { name }) => story.fleets("observe", name, { obstacles: ["no hook"] }),
    "no parameter": (story, { name }) => story.fleets("observe", name, { starts: undefined, template: undefined }),
    alarm: (story, { name, n }) =>
      story.fleets("observe", name, {
        alarms: { ringing: n % 2 ? ["errors"] : [], changedAt: story.world.now - n * hour },
      }),
    revocation: (story, { image, n }) => (n % 2 ? story.revoke(image) : story.unrevoke(image)),
    "a disabled image": (story, { image, n }) => story.change(image, { state: n % 2 ? "disabled" : "available" }),
    pause: (story, { n }) =>
      n % 2 ? story.pause() : story.world.pauses[story.world.images[0]?.variant ?? ""] && story.resume(),
    time: (story, { n }) => story.later(n * hour),
  };
}

/** Fleets that cannot be read come last: nothing else could happen to them. */
function sceneAfter(events: readonly Event[], unreadable: readonly string[]): Scene {
  const story = scene();
  for (const image of images) story.image(image);
  story.holds("ami-1");
  for (const [name, configuration] of Object.entries(sorts)) story.fleet(name, configuration);
  const ways = happenings();
  for (const event of events) ways[event.happens]?.(story, event);
  for (const name of unreadable) story.fleets("unreadable", name, "throttled");
  return story;
}

/** Checks a property after random events. */
function always(check: (story: Scene) => void): void {
  fc.assert(
    fc.property(anyEvents, fc.subarray(names, { maxLength: 2 }), (events, unreadable) =>
      check(sceneAfter(events, unreadable)),
    ),
    { numRuns: cases(100, 3_000) },
  );
}

function isRecord(action: Action): action is Extract<Action, { do: "arrive" | "conclude" | "sight" }> {
  return action.do === "arrive" || action.do === "conclude" || action.do === "sight";
}

function writesTo({ world }: Scene): FleetWrite[] {
  return plan(world).flatMap((one) => ("fleet" in one && !isRecord(one) && one.do !== "wait" ? [one] : []));
}

/** What brings an image to nodes. */
function moves(story: Scene) {
  return writesTo(story).flatMap((one) => (one.do === "prune" || one.do === "cancel" ? [] : [one]));
}

function fleetOf({ world }: Scene, name: string) {
  const fleet = world.configuration.fleets.find((one) => one.name === name);
  const history = world.fleetRecords.histories[name];
  const observed = world.fleets[name];
  if (!fleet || !history || observed?.state !== "known") throw new Error(`nothing is known about ${name}`);
  return { fleet, history, observed };
}

describe("in any world of fleets", () => {
  test("GET / and GET /plan answer what is documented", () => {
    always(({ world }) => {
      for (const [path, answer] of Object.entries({ "/": statusOf(world, "/channels"), "/plan": planOf(world) }))
        checkAnswer({ method: "GET", path, status: 200, body: JSON.stringify(answer) });
    });
  });

  test("no fleet is moved to an image that its channel does not hold, or that is revoked or disabled", () => {
    always((story) => {
      for (const { image, fleet, variant } of moves(story)) {
        expect(story.world.channels[variant]?.[fleetOf(story, fleet).fleet.channel]?.image).toBe(image);
        expect(story.world.images.find(({ id }) => id === image)).toMatchObject({
          revoked: undefined,
          state: "available",
        });
      }
    });
  });

  test("a fleet gets at most one rollout, and none beside one that runs", () => {
    always((story) => {
      const moved = moves(story);
      expect(new Set(moved.map(({ fleet }) => fleet)).size).toBe(moved.length);
      for (const { fleet, do: what } of moved) {
        const { observed, history } = fleetOf(story, fleet);
        const [latest] = history.attempts;
        const isShown = latest && observed.updates.some(({ startedAt }) => startedAt >= latest.at);
        if (what === "roll" && latest && !isShown && latest.refused === undefined)
          expect(latest.at).toBeLessThanOrEqual(story.world.now - 10 * minute);
        // What a parameter brings to Karpenter can be left at any time.
        if (what === "point" && fleetOf(story, fleet).fleet.kind === "karpenter") continue;
        expect(observed.isChanging).toBe(false);
        expect(observed.updates.filter(({ status }) => status === "running")).toEqual([]);
      }
    });
  });

  test("a fleet that is watched, held or cannot be read is never written", () => {
    always((story) => {
      for (const { fleet: name } of writesTo(story)) {
        expect(fleetOf(story, name).fleet.mode).toBe("roll");
        expect(story.world.fleetRecords.holds[name]).toBeUndefined();
      }
    });
  });

  test("windows are kept, but for an order, a way back at once and a parameter that nothing follows yet", () => {
    always((story) => {
      const { now } = story.world;
      for (const { fleet: name, do: what, image } of moves(story)) {
        const { fleet, history, observed } = fleetOf(story, name);
        const closed = closedNow(now, fleet.window ?? "always", fleet.blackouts);
        const isFirstValue = what === "point" && observed.starts === undefined;
        if (!closed || what === "refresh" || isFirstValue) continue;
        const isOrdered = history.orders.some((order) => order.image === image);
        const isBackAtOnce = story.fleetDecision(name).back !== undefined && fleet.rollback === "at once";
        expect([isOrdered, isBackAtOnce]).toContain(true);
      }
    });
  });

  test("a refresh only ends what the service has begun by the parameter", () => {
    always((story) => {
      for (const { fleet, do: what, image } of moves(story))
        if (what === "refresh") {
          const { history, observed } = fleetOf(story, fleet);
          expect(history.attempts.map((attempt) => attempt.image)).toContain(image);
          expect(observed.starts?.id).toBe(image);
        }
    });
  });

  test("of a wave one fleet starts, and none beside one that runs and is not stuck, but for a way back at once", () => {
    always((story) => {
      const starting = moves(story).filter(({ fleet: name, do: what }) => {
        const isAtOnce =
          fleetOf(story, name).fleet.rollback === "at once" && story.fleetDecision(name).back !== undefined;
        return what !== "refresh" && !isAtOnce && story.world.fleets[name];
      });
      for (const wave of ["eu", "us"]) {
        const own = story.world.configuration.fleets.filter((fleet) => fleet.wave === wave);
        const started = starting.filter(({ fleet }) => own.some(({ name }) => name === fleet));
        const isParameterNew = ({ fleet, do: what }: FleetWrite) =>
          what === "point" && fleetOf(story, fleet).observed.starts === undefined;
        const counted = started.filter((one) => !isParameterNew(one));
        expect(counted.length).toBeLessThanOrEqual(1);
        if (counted.length === 0) continue;
        const running = own.map(({ name }) => story.fleetDecision(name));
        expect(running.filter((one) => one.decision === "running" && !one.isStuck)).toEqual([]);
      }
    });
  });

  test("what has failed is not begun again without a person's order", () => {
    always((story) => {
      for (const { image, fleet: name, do: what } of moves(story)) {
        const { history } = fleetOf(story, name);
        const [latest] = history.attempts;
        if (what === "refresh" || latest?.image !== image || latest.refused === undefined) continue;
        expect(history.orders.some((order) => order.image === image && order.at > latest.at)).toBe(true);
      }
    });
  });

  test("nobody's first rollout begins without a person", () => {
    always((story) => {
      for (const { image, fleet: name } of moves(story)) {
        const { history, observed } = fleetOf(story, name);
        if (history.attempts.length > 0 || observed.starts === undefined) continue;
        expect(history.orders.map((order) => order.image)).toContain(image);
      }
    });
  });

  test("every fleet that does not run what its channel holds has an action or a wait with reasons", () => {
    always((story) => {
      for (const name of names) {
        const decision = story.fleetDecision(name);
        if (decision.decision === "current") continue;
        const [action, ...others] = story.fleetActions(name).filter((one) => one.do === "arrive" || !isRecord(one));
        expect(action?.reasons.join("")).not.toBe("");
        expect(others).toEqual([]);
      }
    });
  });

  test("fleets change nothing else in the plan", () => {
    always((story) => {
      const others = () =>
        plan(story.world).filter((one) => !("fleet" in (one.do === "announce" ? one.notification : one)));
      const withFleets = others();
      story.world.configuration.fleets = [];
      expect(others()).toEqual(withFleets);
    });
  });
});
