import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inputNames, inputsToTags, tagPrefix } from "../../../../functions/domain/inputs.ts";
import { interventionToTag } from "../../../../functions/domain/intervention-tags.ts";
import { imageName } from "../../../../functions/domain/packer-variables.ts";
import { type Action, plan } from "../../../../functions/domain/plan.ts";
import { withRecords } from "../../../../functions/domain/recorded-images.ts";
import type { StoredRecord } from "../../../../functions/domain/records.ts";
import { fromEc2 } from "../../../../functions/io/tagged-image.ts";
import { cases } from "../../../depth.ts";
import { recordsOf } from "../../../records.ts";
import { core, day, type Scene, scene } from "../../../scene.ts";

const token = "1".repeat(64);
const time = (ago: number) => new Date(scene().world.now - ago * day).toISOString();
const revocation = interventionToTag({ at: 0, by: "arn:aws:iam::123456789012:user/ann", reason: "bad" });

/** What the tags that decide something can say. */
const values = {
  variant: fc.constantFrom(core, "gone"),
  token: fc.constantFrom(token, "2".repeat(64)),
  proof: fc.constantFrom("passed", "failed", "unclear"),
  approved: fc.constantFrom(revocation, "by hand"),
  "published-candidate": fc.constantFrom(`${time(1)} none`, `${time(9)} ami-1`),
  "published-stable": fc.constantFrom(`${time(1)} none`, `${time(9)} ami-1`),
  revoked: fc.constantFrom(revocation, "by hand"),
  "retired-at": fc.constantFrom(time(0), time(90), `retiring ${time(1)}`, `released ${time(1)}`),
  "withdrawn-at": fc.constantFrom(time(0), time(90)),
  ...Object.fromEntries(inputNames.map((name) => [`input:${name}`, fc.constantFrom("1.35.7", "another")])),
};

/** Tags that anybody sets, alters or, where the value is undefined, deletes. */
const change = fc.record(
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fc.option(value, { nil: undefined })])),
  { requiredKeys: [] },
);

/** One such tag: with many changes at once an image seldom still fits its records. */
const oneChange = fc.oneof(
  ...Object.entries(values).map(([name, value]) =>
    fc.option(value, { nil: undefined }).map((to): Record<string, unknown> => ({ [name]: to })),
  ),
);

/** Tags without which an image is none of ours, or has lost what it was made from. */
const loss = fc.constantFrom(
  { variant: undefined },
  Object.fromEntries(["proof", ...inputNames.map((name) => `input:${name}`)].map((name) => [name, undefined])),
);

/** An image, what the service has tagged and recorded about it, and whether it has any record. */
const image = fc.record({
  age: fc.integer({ min: 0, max: 100 }),
  state: fc.constantFrom("available", "available", "disabled"),
  isOurs: fc.boolean(),
  tags: fc.record(
    {
      proof: fc.constantFrom("passed", "passed", "failed"),
      approved: values.approved,
      "published-candidate": values["published-candidate"],
      revoked: values.revoked,
      "retired-at": values["retired-at"],
      "withdrawn-at": values["withdrawn-at"],
    },
    { requiredKeys: [] },
  ),
});
type Drawn = typeof image extends fc.Arbitrary<infer T> ? T : never;

/** All images; the one at `changed` was recorded with its first tags and has other tags now, or is not listed at all. */
function worldOf(drawn: readonly Drawn[], isHeld: boolean, changed: number, to: Record<string, unknown> | "hidden") {
  const story = scene({
    policies: { approval: "manual", disableRevoked: true, retention: { keep: 2, deregister: isHeld } },
  });
  const { now } = story.world;
  const name = imageName(story.world.stage, core, token);
  story.build({ token, status: "failed", startedAt: now - 200 * day, endedAt: now - 2 * day });
  const records: StoredRecord[] = [];
  const tagged = drawn.flatMap(({ age, state, isOurs, tags }, index) => {
    const id = `ami-${index + 1}`;
    const inputs = Object.entries(inputsToTags(story.inputs({ kubernetes: `1.35.${index}` })));
    const named = Object.fromEntries(inputs.map(([key, value]) => [key.slice(tagPrefix.length), value]));
    const own = { stage: "test", variant: core, token, ...named, ...tags };
    const at = now - age * day;
    if (isOurs) records.push(...recordsOf(id, own, true).map((key) => storedRecord(key, at)));
    if (index === changed && to === "hidden") return [];
    const tagsNow = {
      ...(isOurs || index === changed ? own : {}),
      ...(index === changed && to !== "hidden" ? to : {}),
    };
    const Tags = Object.entries(tagsNow).flatMap(([key, Value]) =>
      Value === undefined ? [] : [{ Key: `${tagPrefix}${key}`, Value: String(Value) }],
    );
    return (
      fromEc2({ ImageId: id, Name: isOurs ? name : id, State: state, CreationDate: time(age + 1), Tags }, String) ?? []
    );
  });
  for (const one of withRecords(
    tagged,
    Object.groupBy(records, ({ kind }) => kind),
  )) {
    story.world.images.push(one);
    story.world.binaries[one.inputs.kubernetes ?? ""] = { state: "there" };
  }
  story.world.references = Object.fromEntries(drawn.map((_, index) => [`ami-${index + 1}`, { state: "unused" }]));
  return isHeld ? story.holdsForeign("ami-1") : story;
}

function storedRecord(key: string, at: number): StoredRecord {
  const [kind = "", ...name] = key.split("/");
  return { kind, name: name.join("/"), at };
}

/** What the plan lets happen to images, without what only stops one. */
function grants(story: Scene): Extract<Action, { image: string }>[] {
  const does = ["publish", "disable", "deregister", "restore", "release"];
  return plan(story.world).flatMap((action) => ("image" in action && does.includes(action.do) ? [action] : []));
}

const named = (action: Extract<Action, { image: string }>) =>
  [action.do, "channel" in action ? action.channel : "", "because" in action ? action.because : "", action.image].join(
    " ",
  );

describe("tags that anybody sets, alters or deletes on an image", () => {
  test("let the plan do nothing to it that it would not do anyway, and to others what it does without the image", () => {
    fc.assert(
      fc.property(
        fc.array(image, { minLength: 2, maxLength: 5 }),
        fc.nat(4),
        fc.oneof({ weight: 6, arbitrary: oneChange }, { weight: 1, arbitrary: change }, { weight: 1, arbitrary: loss }),
        fc.boolean(),
        (drawn, choice, to: Record<string, unknown>, isHeld) => {
          const changed = choice % drawn.length;
          const id = `ami-${changed + 1}`;
          const world = (as: Parameters<typeof worldOf>[3]) => worldOf(drawn, isHeld, changed, as);
          const isOurs = drawn[changed]?.isOurs;
          const before = isOurs ? world({}) : world("hidden");
          const allowed = new Set([...grants(before), ...grants(world("hidden"))].map(named));
          const isRevoked = to.revoked !== undefined || (!isOurs && drawn[changed]?.tags.revoked !== undefined);
          // Rule 12 lets a person end an exemption by its tag, and knows by tags alone what a channel held last.
          const isForgotten = Object.keys(to).some((name) => name.startsWith("published-"));
          const maySpare = Object.keys(to).some((name) => /^(retired-at|published-.*)$/.test(name));

          const more = grants(world(to)).filter((action) => {
            const withdraws = action.do === "disable" && action.image === id;
            const leaves = action.do === "publish" && action.leaves !== undefined && action.image !== id;
            const retires =
              action.do === "disable" ? action.because === "retired" : action.do === "deregister" && isForgotten;
            if (maySpare && retires) return false;
            return !allowed.has(named(action)) && !(isRevoked && (withdraws || leaves));
          });

          expect(more).toEqual([]);
        },
      ),
      { numRuns: cases(300, 20_000) },
    );
  });
});
