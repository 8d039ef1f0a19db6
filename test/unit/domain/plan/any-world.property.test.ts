import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planOf } from "../../../../functions/api/plan.ts";
import { statusOf } from "../../../../functions/api/status.ts";
import { FailureClass } from "../../../../functions/domain/failures.ts";
import { indexWorld } from "../../../../functions/domain/indexed-world.ts";
import { canonical } from "../../../../functions/domain/inputs.ts";
import { makersOf } from "../../../../functions/domain/leftovers.ts";
import type { Action } from "../../../../functions/domain/plan.ts";
import { plan } from "../../../../functions/domain/plan.ts";
import type { World } from "../../../../functions/domain/world.ts";
import { cases } from "../../../depth.ts";
import { checkAnswer } from "../../../documented-answers.ts";
import { hour, minute, type Scene, scene } from "../../../scene.ts";

const variants = [
  { name: "layered", windows: 2022 as const, kubernetes: "1.35" },
  { name: "based", windows: 2022 as const, kubernetes: "1.35", base: "Base" as const },
  { name: "contained", windows: 2022 as const, kubernetes: "1.35", base: "ContainersLatest" as const },
];
type Event = { happens: string; variant: string; n: number };

const sources = [1, 2, 3].map((n) => `ami-000000000000000e${n}`);
const event = (names: readonly string[]) =>
  fc.record({
    happens: fc.constantFrom(...Object.keys(happenings)),
    variant: fc.constantFrom(...names),
    n: fc.nat(63),
  });

/** Everything that can happen to a variant. `n` chooses among the ways. */
const happenings: Record<string, (story: Scene, variant: string, n: number) => void> = {
  base: (story, variant, n) => story.baseAmi(`ami-0000000000000000${n % 4}`, variant),
  kubernetes: (story, variant, n) => story.kubernetes(`1.35.${n % 4}`, variant),
  "a silent source": (story, variant, n) => story.silentAbout(n % 2 ? "baseAmi" : "kubernetes", variant),
  "no base": (story, variant) => story.baseMissing(variant),
  "an unreadable base": (story, variant) =>
    story.changeUpstream({ baseImage: { state: "unknown", why: "throttled" } }, variant),
  "no binaries": (story, _variant, n) => story.binaries(`1.35.${n % 4}`, n % 2 ? "missing" : "unknown"),
  request: (story, variant, n) => story.request(`r${n % 3}`, variant),
  "an EKS image": (story, variant, n) => variant !== "layered" && story.eksImage(sources[n % 3] ?? "", variant),
  manifest: (story, _variant, n) => story.harvested(sources[n % 3] ?? "", `${n % 2}`.repeat(64)),
  image: (story, variant, n) =>
    story.image(`ami-${story.world.images.length}`, {
      variant,
      createdAt: story.world.now - n * hour,
      proof: n % 3 === 0 ? undefined : n % 3 === 1 ? "failed" : "passed",
      state: n % 5 === 0 ? "disabled" : "available",
      revoked: n % 7 === 0 ? { reason: "bad", by: undefined, at: undefined } : undefined,
    }),
  published: (story, variant) => story.published(`ami-${story.world.images.length}`, {}, variant),
  failure: (story, variant, n) =>
    story.failed(FailureClass.options[n % FailureClass.options.length] ?? "test", { variant }),
  build: (story, variant, n) =>
    story.build({
      variant,
      status: (["running", "succeeded", "stopped"] as const)[n % 3] ?? "running",
      startedAt: story.world.now - hour,
      endedAt: n % 3 === 0 ? undefined : story.world.now,
      image: n % 4 === 0 ? undefined : `ami-${n % 4}`,
    }),
  harvest: (story, variant, n) =>
    story.build({
      variant,
      purpose: "harvest",
      inputs: { baseAmi: sources[n % 3] ?? "", recipe: story.world.recipe },
      status: (["running", "succeeded", "stopped", "failed"] as const)[n % 4] ?? "running",
      endedAt: n % 4 === 0 ? undefined : story.world.now,
      failure: n % 4 === 3 ? { class: "capacity", cause: "none left", lines: [] } : undefined,
    }),
  pause: (story, variant) => story.pause(variant),
  leftover: (story, variant, n) =>
    story.left({
      variant,
      token: story.world.builds[n % 4]?.token ?? "f".repeat(64),
      state: n % 3 === 0 ? "shutting-down" : "running",
      mark: n % 5 === 0 ? "admin" : "guest",
      createdAt: story.world.now - n * minute,
    }),
  time: (story, _variant, n) => story.later(n * hour),
};

function sceneAfter(events: Event[], maxParallel: number): Scene {
  const story = scene({ variants, policies: { maxParallel } });
  for (const { happens, variant, n } of events) happenings[happens]?.(story, variant, n);
  return story;
}

/** Checks a property after random events. */
function always(check: (story: Scene) => void): void {
  const events = fc.array(event(variants.map(({ name }) => name)), { maxLength: 30 });
  fc.assert(
    fc.property(events, fc.integer({ min: 1, max: 4 }), (all, room) => check(sceneAfter(all, room))),
    { numRuns: cases(30, 1_000) },
  );
}

function starts(actions: Action[]) {
  return actions.flatMap((action) =>
    action.do === "build" || action.do === "prove" || action.do === "harvest" ? [action] : [],
  );
}

/** CodeBuild accepts the orders. */
function carryOut(story: Scene, actions: Action[]): void {
  for (const { variant, order, do: purpose } of starts(actions))
    story.build({
      variant,
      purpose,
      inputs: order.inputs,
      attempt: order.attempt,
      token: order.token,
      image: order.variables.IMAGE_ID,
    });
}

function copy(world: World): World {
  return { ...structuredClone({ ...world, notified: [] }), notified: new Set(world.notified) };
}

describe("in any world", () => {
  test("the same world gives the same plan", () => {
    always(({ world }) => {
      expect(plan(copy(world))).toEqual(plan(world));
    });
  });

  test("GET / and GET /plan answer what is documented", () => {
    always(({ world }) => {
      for (const [path, answer] of Object.entries({ "/": statusOf(world, "/channels"), "/plan": planOf(world) }))
        checkAnswer({ method: "GET", path, status: 200, body: JSON.stringify(answer) });
    });
  });

  test("every variant gets exactly one decision about building, and every decision has reasons", () => {
    always((story) => {
      for (const { name } of variants) expect(story.building(name).reasons.join("")).not.toBe("");
    });
  });

  test("no more builds start than maxParallel leaves room for (rule 10)", () => {
    always(({ world }) => {
      const running = world.builds.filter(({ status }) => status === "running").length;
      const room = Math.max(0, world.configuration.policies.maxParallel - running);
      expect(starts(plan(world)).length).toBeLessThanOrEqual(room);
    });
  });

  test("no variant gets a second build at a time, no EKS image a second harvest (rule 4)", () => {
    always(({ world }) => {
      const running = world.builds.filter(({ status }) => status === "running");
      const started = starts(plan(world));
      for (const { variant } of started) expect(running.map((build) => build.variant)).not.toContain(variant);
      const harvested = [
        ...running.filter(({ purpose }) => purpose === "harvest").map(({ inputs }) => inputs.baseAmi),
        ...started.filter((action) => action.do === "harvest").map(({ order }) => order.inputs.baseAmi),
      ];
      for (const action of started)
        if (action.do === "harvest")
          expect(harvested.filter((source) => source === action.order.inputs.baseAmi)).toHaveLength(1);
    });
  });

  test("a started build does not start again: no two builds of the same inputs run", () => {
    always((story) => {
      const before = starts(plan(story.world));
      carryOut(story, before);
      const again = starts(plan(story.world));
      const tokens = [...before, ...again].map(({ order }) => order.token);
      expect(new Set(tokens).size).toBe(tokens.length);
      carryOut(story, again);
      const keys = starts([...before, ...again]).map(({ order, variant, do: what }) =>
        what === "harvest" ? canonical(order.inputs) : `${variant} ${canonical(order.inputs)}`,
      );
      expect(new Set(keys).size).toBe(keys.length);
    });
  });

  test("a pause of everything adds nothing to the plan, and leaves what protects nodes (rule 15)", () => {
    always((story) => {
      const changes = (world: World) =>
        plan(world).filter(({ do: what }) => what !== "wait" && what !== "nothing" && what !== "announce");
      const isProtection = (action: Action) =>
        action.do === "publish"
          ? action.leaves !== undefined
          : ["deprecate", "restore", "release"].includes(action.do) ||
            (action.do === "disable" && action.because === "revoked");
      const expected = changes(story.world).filter(isProtection);
      expect(changes(story.pause("*").world)).toEqual(expected);
    });
  });

  test("nothing is swept that has another profile, or that no build made that has ended (rule 16)", () => {
    always(({ world }) => {
      const running = world.builds.filter(({ status }) => status === "running").map(({ token }) => token);
      for (const action of plan(world)) {
        if (action.do !== "sweep") continue;
        expect(running).not.toContain(action.token);
        expect(world.instanceProfiles).toContain(action.mark);
        const left = world.leftovers.found.find(({ id }) => id === action.resource);
        expect(makersOf(indexWorld(world), action.token, left?.createdAt)).not.toEqual([]);
      }
    });
  });

  test("events of one variant do not change another's plan while there is room for all builds (rule 14)", () => {
    // A variant of the recipe layer harvests nothing, and a harvest serves all variants.
    const calm = fc.array(
      event(["layered"]).filter(({ happens }) => happens !== "harvest"),
      { maxLength: 20 },
    );
    const trouble = fc.array(event(["based", "contained"]), { maxLength: 20 });
    // All variants share the time and the downloads.
    const shared = ["time", "no binaries", "kubernetes"];
    fc.assert(
      fc.property(calm, trouble, (events, others) => {
        const own = others.filter(({ happens }) => !shared.includes(happens));
        expect(sceneAfter([...events, ...own], 50).actions("layered")).toEqual(
          sceneAfter(events, 50).actions("layered"),
        );
      }),
      { numRuns: cases(30, 1_000) },
    );
  });

  test("an image that no record says was made here changes no build and no channel (rule 1)", () => {
    const changes = ({ world }: Scene) => [
      ...starts(plan(world)).map(({ order }) => order.token),
      ...plan(world).flatMap((one) => (one.do === "publish" ? [`${one.variant} ${one.channel} ${one.image}`] : [])),
    ];
    always((story) => {
      const before = changes(story);
      const real = [...story.world.images];
      for (const [index, image] of real.entries())
        story.world.images.push(
          { ...image, id: `forged-${index}`, createdAt: story.world.now + index, made: false },
          { ...image, id: `old-${index}`, createdAt: index, state: "available", revoked: undefined, made: false },
        );
      expect(changes(story)).toEqual(before);
    });
  });

  test("the plan does not depend on the order in which AWS lists resources", () => {
    always(({ world }) => {
      const other = copy(world);
      other.images.reverse();
      other.builds.reverse();
      expect(starts(plan(other)).map(({ order }) => order.token)).toEqual(
        starts(plan(world)).map(({ order }) => order.token),
      );
    });
  });
});
