import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConfigurationInput } from "../../../../functions/config/configuration.ts";
import { type Retention, retirementCandidates } from "../../../../functions/domain/publishing/retention.ts";
import type { References } from "../../../../functions/domain/references.ts";
import { core, day, minute, type Scene, scene } from "../../../scene.ts";

type Policy = NonNullable<ConfigurationInput["policies"]>["retention"];

const enabledAgain = "a person has enabled it again; without its tag retired-at it is retired anew";
/**
 * Images ami-1 to ami-6, one every ten days, all unused. Both channels hold the newest, which is ten days old, and held
 * the one before it last.
 */
function sixImages(policy: Policy = {}): Scene {
  const story = scene({ policies: { retention: policy } });
  const now = story.world.now;
  for (let n = 1; n <= 6; n++) {
    const at = now - (7 - n) * 10 * day;
    story.image(`ami-${n}`, { createdAt: at, provedAt: at });
  }
  story.holds("ami-5").holds("ami-6");
  return usedBy(story, {});
}

/** All other images are unused. */
function usedBy(story: Scene, references: Record<string, References>): Scene {
  const { images } = story.world;
  story.world.references = {
    ...Object.fromEntries(images.map(({ id }): [string, References] => [id, { state: "unused" }])),
    ...references,
  };
  return story;
}

function fates(story: Scene): Record<string, Retention["decision"]> {
  return Object.fromEntries(story.retention().map(({ image, decision }) => [image, decision]));
}

function whyKept(story: Scene, id: string): string[] {
  const retained = story.retention().find(({ image }) => image === id);
  return retained?.decision === "keep" ? retained.reasons : [];
}

describe("rule 12, first phase: retention disables", () => {
  test("images beyond the newest three publishable ones", () => {
    expect(fates(sixImages())).toEqual({
      "ami-6": "keep",
      "ami-5": "keep",
      "ami-4": "keep",
      "ami-3": "disable",
      "ami-2": "disable",
      "ami-1": "disable",
    });
  });

  test("images with a reason in the plan", () => {
    expect(sixImages().actions()).toContainEqual({
      do: "disable",
      because: "retired",
      variant: core,
      image: "ami-1",
      reasons: ["3 newer images are publishable (keep)"],
    });
  });

  test("no image that a channel holds", () => {
    expect(whyKept(sixImages().holds("ami-1", ["candidate"]), "ami-1")).toContain(`${core}/candidate holds it`);
  });

  test("no image that another variant's channel holds", () => {
    const story = sixImages();
    story.world.channels.other = { stable: { image: "ami-1", version: 1, writtenAt: 0, holds: { status: "gone" } } };
    expect(whyKept(story, "ami-1")).toContain("other/stable holds it");
  });

  test("no image that a channel held last", () => {
    const story = sixImages().holds("ami-1", ["stable"]).holds("ami-6", ["stable"]);
    expect(whyKept(story, "ami-1")).toContain("stable held it last");
    expect(whyKept(story.wrote("ami-5", "stable"), "ami-1")).toContain("stable held it last");
  });

  test("no image whose write to a channel has not been read back", () => {
    const story = sixImages().wrote("ami-2", "stable");
    expect(whyKept(story, "ami-2")).toContain("stable held it last");
  });

  test("no image that stable may take after its soak, however many newer ones there are", () => {
    const story = scene({ policies: { soak: "25d", retention: { minAge: "1d" } } });
    for (let n = 1; n <= 6; n++) {
      const at = story.world.now - (7 - n) * 5 * day;
      story.image(`ami-${n}`, { createdAt: at, provedAt: at });
    }
    usedBy(story.holds("ami-5", ["candidate"]).holds("ami-6", ["candidate"]).holds("ami-1", ["stable"]), {});
    expect(whyKept(story, "ami-2")).toEqual(["stable may take it"]);
    expect(whyKept(story, "ami-3")).toEqual(["stable may take it"]);
    expect(fates(story.holds("ami-3", ["stable"]).holds("ami-4", ["stable"]))).toMatchObject({ "ami-2": "disable" });
  });

  test("no image while no channel holds anything", () => {
    const story = sixImages();
    story.world.channels = {};
    for (const image of story.world.images) image.published = {};
    expect(Object.values(fates(story))).toEqual(Array(6).fill("keep"));
  });

  test("no image younger than minAge", () => {
    const story = sixImages({ minAge: "41d" });
    expect(fates(story)).toMatchObject({ "ami-3": "keep", "ami-2": "disable" });
    expect(whyKept(story, "ami-3")).toEqual(["until 2026-11-05T12:00:00.000Z (minAge)"]);
  });

  test("no more images than keep allows", () => {
    expect(Object.values(fates(sixImages({ keep: 5 }))).filter((fate) => fate === "keep")).toHaveLength(5);
  });

  test.each([
    ["failed", "failed" as const],
    ["missing", undefined],
  ])("an image whose proof is %s after three days", (_, proof) => {
    const story = sixImages();
    story.image("ami-7", { createdAt: story.world.now - 3 * day + 1, proof, provedAt: undefined });
    const attempt = { purpose: "prove" as const, image: "ami-7", startedAt: story.world.now - day };
    usedBy(story.failed("capacity", attempt).failed("capacity", attempt), {});
    expect(fates(story)).toMatchObject({ "ami-7": "keep" });
    expect(fates(story.later(1))).toMatchObject({ "ami-7": "disable" });
  });

  test("no unproved image while a build of the variant runs", () => {
    const story = sixImages({ unprovedAfter: "1h" });
    story.image("ami-7", { createdAt: story.world.now - 3 * day, proof: undefined }).build();
    expect(whyKept(usedBy(story, {}), "ami-7")).toEqual(["a build of the variant runs"]);
  });

  test("a revoked image, unless it has the desired inputs", () => {
    const story = sixImages().revoke("ami-5").revoke("ami-4");
    story.holds("ami-3").holds("ami-6");
    story.change("ami-4", { inputs: story.inputs({ kubernetes: "1.35.1" }) });
    expect(fates(story)).toMatchObject({ "ami-4": "disable", "ami-5": "keep" });
    expect(whyKept(story, "ami-5")).toEqual([
      "it is revoked and has the desired inputs, which are not built again while it exists",
    ]);
  });

  test("no revoked image while the desired inputs are unknown", () => {
    const story = sixImages().revoke("ami-4").silentAbout("kubernetes");
    story.change("ami-4", { inputs: story.inputs({ kubernetes: "1.35.1" }) });
    expect(fates(story)).toMatchObject({ "ami-4": "keep" });
  });

  test("no image that a person disabled, and none that is still being made", () => {
    const story = sixImages().change("ami-1", { state: "disabled" }).change("ami-2", { state: "pending" });
    expect(whyKept(story, "ami-1")).toEqual(["it was not disabled by this service"]);
    expect(whyKept(story, "ami-2")).toContain("it is pending");
  });

  test("an image that its revocation disabled, so that its grace starts", () => {
    const story = sixImages()
      .change("ami-1", { state: "disabled", withdrawnAt: 1, disabledByRevocation: true })
      .revoke("ami-1");
    story.change("ami-1", { inputs: story.inputs({ kubernetes: "1.35.1" }) });
    expect(fates(story)).toMatchObject({ "ami-1": "disable" });
  });

  test("no image that a person has disabled while it was revoked", () => {
    const story = sixImages().change("ami-1", { state: "disabled", withdrawnAt: 1 }).revoke("ami-1");
    story.change("ami-1", { inputs: story.inputs({ kubernetes: "1.35.1" }) });
    expect(fates(story)).toMatchObject({ "ami-1": "keep" });
  });

  test("an image again if EC2 still shows it as available within an hour", () => {
    const story = sixImages();
    story.change("ami-1", { retiredAt: story.world.now });
    expect(fates(story.later(59 * minute))).toMatchObject({ "ami-1": "disable" });
  });

  test("an image again if EC2 refused to disable it, however long ago: no person has enabled it", () => {
    const story = sixImages()
      .change("ami-1", { retiring: true })
      .later(30 * day);
    expect(fates(story)).toMatchObject({ "ami-1": "disable" });
    expect(story.actions()).not.toContainEqual(expect.objectContaining({ do: "release" }));
  });

  test("an image that a crashed run disabled, so that its grace starts", () => {
    const story = sixImages({ deregister: true }).change("ami-1", { state: "disabled", retiring: true });
    expect(fates(story.later(100 * day))).toMatchObject({ "ami-1": "disable" });
  });

  test("an image whose retirement is recorded and not tagged, because the run ended in between", () => {
    const retired = { state: "disabled", retirementRecorded: true };
    const story = sixImages({ deregister: true }).change("ami-1", retired).change("ami-2", retired);
    story.change("ami-2", { withdrawnAt: 1, inputs: story.inputs({ kubernetes: "1.35.1" }) }).revoke("ami-2");
    expect(fates(story.later(100 * day))).toMatchObject({ "ami-1": "disable", "ami-2": "disable" });
  });

  test("no image that this plan proves, until its attempts are used up", () => {
    const story = sixImages();
    story.image("ami-7", { createdAt: story.world.now - 4 * day, proof: undefined, provedAt: undefined });
    usedBy(story, {});
    expect(story.building()).toMatchObject({ do: "prove" });
    expect(whyKept(story, "ami-7")).toEqual(["its proof is still to come"]);
    const attempt = { purpose: "prove" as const, image: "ami-7", startedAt: story.world.now - day };
    story.failed("capacity", attempt).failed("capacity", attempt);
    expect(fates(story)).toMatchObject({ "ami-7": "disable" });
  });

  test("no image that a person has enabled again", () => {
    const story = sixImages();
    story.change("ami-1", { retiredAt: story.world.now }).later(60 * minute);
    expect(whyKept(story, "ami-1")).toEqual([enabledAgain]);
    expect(fates(story.change("ami-1", { retiredAt: undefined }))).toMatchObject({ "ami-1": "disable" });
  });

  test("no image that is exempt because a person enabled it, and its former grace no longer counts", () => {
    const story = sixImages({ deregister: true });
    story.change("ami-1", { retiredAt: story.world.now }).later(60 * minute);
    expect(story.actions()).toContainEqual(expect.objectContaining({ do: "release", image: "ami-1" }));

    story.change("ami-1", { retiredAt: undefined, exemptSince: story.world.now }).later(100 * day);
    expect(story.actions()).not.toContainEqual(expect.objectContaining({ do: "release" }));
    expect(whyKept(story, "ami-1")).toEqual([enabledAgain]);
    expect(whyKept(story.change("ami-1", { state: "disabled" }), "ami-1")).toEqual([
      "it was not disabled by this service",
    ]);
  });

  test("no image of a removed variant until retiredVariants names it, then all old ones outside channels", () => {
    const removed = "windows-2019-core-1.35";
    const story = sixImages();
    for (const image of story.world.images) image.variant = removed;
    story.deleteChannels().holds("ami-6", undefined, removed);
    const kept = story.actions(removed).filter(({ do: what }) => what === "disable" || what === "deregister");

    story.world.configuration.retiredVariants.push(removed);
    const gone = story.actions(removed).filter(({ do: what }) => what === "disable");

    expect(kept).toEqual([]);
    expect(gone.map((action) => "image" in action && action.image)).toEqual([
      "ami-5",
      "ami-4",
      "ami-3",
      "ami-2",
      "ami-1",
    ]);
    expect(gone[0]).toMatchObject({ because: "retired", reasons: ["its variant is retired"] });
  });
});

describe("rule 12: uncertain use of an image counts as use", () => {
  test("only the use of images that would go is read", () => {
    const story = sixImages();
    expect(retirementCandidates(story.world)).toEqual(["ami-3", "ami-2", "ami-1"]);
  });

  test.each<[string, References, string]>([
    ["an instance uses it", { state: "used", by: ["instance/i-1"] }, "used by instance/i-1"],
    [
      "many resources use it",
      { state: "used", by: ["instance/i-1", "instance/i-2", "instance/i-3", "launch-template/lt-1"] },
      "used by instance/i-1, instance/i-2, instance/i-3 and 1 more",
    ],
    ["its use is unknown", { state: "unknown", why: "throttled" }, "it is unknown what uses it: throttled"],
  ])("an image is kept if %s", (_, references, why) => {
    const story = usedBy(sixImages(), { "ami-1": references });
    expect(whyKept(story, "ami-1")).toEqual([why]);
    expect(fates(story)).toMatchObject({ "ami-2": "disable" });
  });

  test("an image is kept if no run has read its use", () => {
    const story = sixImages();
    story.world.references = {};
    expect(Object.values(fates(story))).toEqual(Array(6).fill("keep"));
    expect(whyKept(story, "ami-1")).toEqual(["its use has not been checked yet"]);
  });
});

describe("rule 12, second phase: retention deregisters", () => {
  const retired = (policy: Policy) =>
    sixImages(policy).change("ami-1", { state: "disabled", retiredAt: Date.parse("2026-11-04T12:00:00Z") });

  test("no proved image unless the configuration says so", () => {
    expect(fates(retired({}).later(365 * day))).toMatchObject({ "ami-1": "keep" });
    expect(whyKept(retired({}), "ami-1")).toEqual([
      "disabled since 2026-11-04T12:00:00.000Z; deregistering proved images is off (retention.deregister)",
    ]);
  });

  test.each([
    ["failed", "failed" as const],
    ["missing", undefined],
  ])("an image whose proof is %s after its grace, whatever the configuration says", (_, proof) => {
    const story = retired({}).change("ami-1", { proof, provedAt: undefined });
    expect(whyKept(story.later(14 * day - 1), "ami-1")).toEqual(["until 2026-11-18T12:00:00.000Z (grace)"]);
    expect(fates(story.later(1))).toMatchObject({ "ami-1": "deregister" });
  });

  test("no revoked image that a person enabled again: it is exempt before its revocation disables it once more", () => {
    const story = sixImages({ deregister: true });
    story.world.configuration.policies.disableRevoked = true;
    story.revoke("ami-1").change("ami-1", { retiredAt: story.world.now, withdrawnAt: story.world.now });
    const actions = story
      .later(2 * day)
      .actions()
      .filter((action) => "image" in action && action.image === "ami-1");
    expect(actions.map(({ do: what }) => what)).toEqual(["release", "deprecate", "disable"]);
  });

  test("an image that retention disabled a whole grace ago", () => {
    const story = retired({ deregister: true });
    expect(whyKept(story.later(14 * day - 1), "ami-1")).toEqual(["until 2026-11-18T12:00:00.000Z (grace)"]);
    expect(fates(story.later(1))).toMatchObject({ "ami-1": "deregister" });
    expect(story.actions()).toContainEqual(expect.objectContaining({ do: "deregister", image: "ami-1" }));
  });

  test.each<[string, References]>([
    ["used", { state: "used", by: ["launch-template/lt-1"] }],
    ["unknown", { state: "unknown", why: "half an answer" }],
  ])("no image whose use is %s by then", (_, references) => {
    const story = usedBy(retired({ deregister: true }).later(20 * day), { "ami-1": references });
    expect(fates(story)).toMatchObject({ "ami-1": "keep" });
  });

  test("no image that a channel holds again or that is revoked with the desired inputs", () => {
    const soon = { deregister: true, grace: "1d" };
    expect(fates(retired(soon).later(2 * day))).toMatchObject({ "ami-1": "deregister" });
    expect(
      fates(
        retired(soon)
          .holds("ami-1", ["stable"])
          .later(2 * day),
      ),
    ).toMatchObject({ "ami-1": "keep" });
    expect(
      fates(
        retired(soon)
          .revoke("ami-1")
          .later(2 * day),
      ),
    ).toMatchObject({ "ami-1": "keep" });
  });

  test("no image that a person disabled, however long ago", () => {
    const story = sixImages({ deregister: true }).change("ami-1", { state: "disabled" });
    expect(fates(story.later(365 * day))).toMatchObject({ "ami-1": "keep" });
  });
});

test("retention never touches an image that a channel holds, that is used or whose use is unknown", () => {
  const image = fc.record({
    age: fc.integer({ min: 0, max: 100 }),
    state: fc.constantFrom("available", "disabled", "pending", "failed"),
    proof: fc.constantFrom("passed" as const, "failed" as const, undefined),
    revoked: fc.boolean(),
    retired: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    use: fc.constantFrom<References | undefined>(
      { state: "unused" },
      { state: "used", by: ["instance/i-1"] },
      { state: "unknown", why: "throttled" },
      undefined,
    ),
  });
  fc.assert(
    fc.property(fc.array(image, { maxLength: 12 }), fc.nat({ max: 11 }), fc.boolean(), (images, held, deregister) => {
      const story = scene({ policies: { retention: { deregister, minAge: "1d", grace: "1d" } } });
      images.forEach(({ age, state, proof, revoked, retired, use }, index) => {
        const at = story.world.now - age * day;
        const retiredAt = retired === undefined ? undefined : story.world.now - retired * day;
        story.image(`ami-${index}`, { createdAt: at, provedAt: at, state, proof, retiredAt });
        if (revoked) story.revoke(`ami-${index}`);
        if (use) story.world.references[`ami-${index}`] = use;
      });
      if (images.length > 0) story.holds(`ami-${held % images.length}`);

      for (const { image: id, decision } of story.retention()) {
        if (decision === "keep") continue;
        expect(story.world.references[id]).toEqual({ state: "unused" });
        expect(story.world.channels[core]?.stable?.image).not.toBe(id);
        const { proof } = story.world.images.find((one) => one.id === id) ?? {};
        if (decision === "deregister") expect(deregister || proof !== "passed").toBe(true);
      }
    }),
  );
});
