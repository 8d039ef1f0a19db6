import fc from "fast-check";
import { expect, test } from "vitest";
import type { Action } from "../../../../functions/domain/plan.ts";
import { cases } from "../../../depth.ts";
import { day, minute, type Scene, scene } from "../../../scene.ts";

const grace = 5 * day;

/** Everything that people and EC2 do to images. `n` chooses the image, or the time that passes. */
const happenings: Record<string, (story: Scene, id: string, n: number) => unknown> = {
  "a short time": (story, _id, n) => story.later(n * 10 * minute),
  // Not whole days, so that a grace that counts from an hour too early shows.
  "a long time": (story, _id, n) => story.later((n + 1) * day - 20 * minute),
  "a new image": (story, _id, n) => {
    const proof = n % 3 === 0 ? undefined : n % 3 === 1 ? ("failed" as const) : ("passed" as const);
    const { now } = story.world;
    const id = `ami-${story.world.images.length}-${now}`;
    story.image(id, { createdAt: now, proof, provedAt: proof && now }, { kubernetes: `1.35.${n % 5}` });
  },
  revoke: (story, id) => id && story.revoke(id),
  unrevoke: (story, id) => id && story.unrevoke(id),
  "a person enables": (story, id) => id && story.change(id, { state: "available" }),
  "a proof ends without a result": (story, id) => story.failed("capacity", { purpose: "prove", image: id }),
};

/** What a run leaves if it ends, or EC2 refuses, between its first tag and its last. */
type Cut = "no" | "before" | "after";

/** When each image was last really disabled. */
type Disabled = Map<string, number>;

/** The effect of an action, as functions/io/image-lifecycle.ts has it. */
function carryOut(story: Scene, action: Action, disabled: Disabled, cut: Cut): void {
  const { now, images } = story.world;
  const image = "image" in action ? images.find(({ id }) => id === action.image) : undefined;
  if (action.do === "publish") story.holds(action.image, [action.channel]);
  if (!image) return;
  const disable = () => {
    if (cut === "before" || image.state === "disabled") return;
    story.change(image.id, { state: "disabled" });
    disabled.set(image.id, now);
  };
  if (action.do === "release") story.change(image.id, { retiredAt: undefined, exemptSince: now });
  if (action.do === "deregister") story.deregister(image.id);
  if (action.do === "deprecate") story.change(image.id, { withdrawnAt: now, deprecatedAt: now });
  if (action.do === "restore")
    story.change(image.id, { state: "available", withdrawnAt: undefined, deprecatedAt: undefined });
  if (action.do === "disable" && action.because === "revoked") {
    story.change(image.id, { withdrawnAt: now, retiredAt: undefined, retiring: false });
    disable();
  }
  if (action.do === "disable" && action.because === "retired") {
    if (image.state !== "disabled") story.change(image.id, { retiring: true, retiredAt: undefined });
    disable();
    if (cut === "no") story.change(image.id, { retiring: false, retiredAt: now });
  }
}

/** The recheck before each write. */
function isStillPlanned(story: Scene, action: Action): boolean {
  const essence = ({ do: what, ...rest }: Action) =>
    [what, "image" in rest && rest.image, "because" in rest && rest.because].join(" ");
  return story.actions().some((one) => essence(one) === essence(action));
}

/** A person enables a retired image that is revoked, and within the hour its revocation disables it once more. */
const enabledAndRevoked = [
  { happens: "a new image", n: 1, cut: "no" as const },
  { happens: "a long time", n: 1, cut: "no" as const },
  { happens: "revoke", n: 0, cut: "no" as const },
  { happens: "a short time", n: 3, cut: "no" as const },
  { happens: "a person enables", n: 0, cut: "no" as const },
  { happens: "a long time", n: 4, cut: "no" as const },
];

/** Plays a history against the plan. `check` sees every plan before it is carried out. */
function always(check: (story: Scene, plan: Action[], disabled: Disabled) => void): void {
  const step = fc.record({
    happens: fc.constantFrom(...Object.keys(happenings)),
    n: fc.nat(12),
    cut: fc.constantFrom<Cut>("no", "no", "no", "before", "after"),
  });
  const policies = fc.record({
    disableRevoked: fc.boolean(),
    retention: fc.record({ deregister: fc.boolean(), keep: fc.constant(2) }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), policies, (steps, { disableRevoked, retention }) => {
      const story = scene({
        policies: { disableRevoked, retention: { ...retention, minAge: "1d", unprovedAfter: "1d", grace: "5d" } },
      });
      const disabled: Disabled = new Map();
      for (const { happens, n, cut } of steps) {
        const { images } = story.world;
        happenings[happens]?.(story, images[n % Math.max(1, images.length)]?.id ?? "", n);
        story.world.references = Object.fromEntries(images.map(({ id }) => [id, { state: "unused" }]));
        const plan = story.actions();
        check(story, plan, disabled);
        for (const action of plan) if (isStillPlanned(story, action)) carryOut(story, action, disabled, cut);
      }
    }),
    {
      numRuns: cases(200, 5_000),
      examples: [[enabledAndRevoked, { disableRevoked: true, retention: { deregister: true, keep: 2 } }]],
    },
  );
}

test("no plan both retires an image and proves or publishes it", () => {
  always((_, plan) => {
    const wanted = plan.flatMap((action) => {
      if (action.do === "prove") return [action.order.variables.IMAGE_ID];
      return action.do === "publish" ? [action.image] : [];
    });
    const retired = plan.flatMap((action) =>
      action.do === "disable" || action.do === "deregister" ? [action.image] : [],
    );
    expect(retired.filter((image) => wanted.includes(image))).toEqual([]);
  });
});

test("nothing is deregistered before a whole grace has passed since it was last really disabled", () => {
  always((story, plan, disabled) => {
    for (const action of plan)
      if (action.do === "deregister")
        expect(story.world.now - (disabled.get(action.image) ?? story.world.now)).toBeGreaterThanOrEqual(grace);
  });
});
