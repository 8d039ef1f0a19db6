import { describe, expect, test } from "vitest";
import { whyNotPublishable } from "../../../../functions/domain/images.ts";
import { retirementCandidates } from "../../../../functions/domain/publishing/retention.ts";
import { day, hour, minute, type Scene, scene } from "../../../scene.ts";

const forged = {
  origin: undefined,
  made: false,
  unrecorded: [{ claim: "that this service made it", record: "adoptions/ami-2/passed-a-b" }],
};

function kept(story: Scene): Record<string, string[]> {
  return Object.fromEntries(story.retention().map(({ image, reasons }) => [image, reasons]));
}

describe("rule 1: an image that no record says was made here", () => {
  test("is never written to a channel, however new it is and whatever its tags say", () => {
    const story = scene().published("ami-1").image("ami-2", forged);

    expect(story.publications()).toEqual({});
    expect(scene().image("ami-2", forged).approve("ami-2").publications()).toEqual({});
    expect(scene().published("ami-1").image("ami-2").publications()).toEqual({ candidate: "ami-2" });
  });

  test("does not replace a revoked image", () => {
    const story = scene().published("ami-1").image("ami-2", forged).revoke("ami-1");

    expect(story.publications()).toEqual({});
    expect(story.waiting("stable")).toMatchObject({
      reasons: ["ami-1 is revoked: breaks networking", "no other image can be published"],
    });
  });

  test("is no base for drift: neither what it has nor what it lacks starts or prevents a build", () => {
    const behind = scene().published("ami-1").image("ami-2", forged, { kubernetes: "1.35.6" });
    const ahead = scene().published("ami-1", { kubernetes: "1.35.6" }).image("ami-2", forged);

    expect(behind.building()).toMatchObject({ do: "nothing", reasons: ["ami-1 is up to date"] });
    expect(ahead.building()).toMatchObject({ do: "build", reasons: ["kubernetes 1.35.6 → 1.35.7"] });
  });

  test("is not proved, and does not keep an older image from its proof", () => {
    const unproved = { proof: undefined, provedAt: undefined };
    const story = scene()
      .image("ami-1", { ...unproved, createdAt: 1 })
      .image("ami-2", { ...forged, ...unproved });

    expect(story.building()).toMatchObject({ do: "prove", order: { variables: { IMAGE_ID: "ami-1" } } });
    expect(
      scene()
        .image("ami-2", { ...forged, ...unproved })
        .building(),
    ).toMatchObject({ do: "build" });
  });

  test("does not keep its alleged inputs from being built if it is revoked", () => {
    expect(scene().image("ami-2", forged).revoke("ami-2").building()).toMatchObject({ do: "build" });
    expect(scene().image("ami-2").revoke("ami-2").building()).toMatchObject({ do: "wait" });
  });

  test("is neither disabled, deregistered nor exempted by retention", () => {
    const old = { createdAt: 1, provedAt: 1 };
    const policies = { retention: { keep: 2, deregister: true } };
    const foreign = scene({ policies })
      .image("ami-2", { ...forged, ...old })
      .image("ami-3", { ...forged, ...old, state: "disabled", retiredAt: 1 })
      .image("ami-4", { ...forged, ...old, proof: undefined })
      .image("ami-5", { ...forged, ...old, retiredAt: 1 });

    for (const id of ["ami-2", "ami-3", "ami-4", "ami-5"])
      expect(kept(foreign)[id]).toContain("it is not recorded as made by this service (npm run cli -- adopt)");
    expect(retirementCandidates(foreign.world)).toEqual([]);
    expect(foreign.actions().filter((action) => action.do === "release")).toEqual([]);
    expect(retirementCandidates(scene({ policies }).image("ami-4", { ...old, proof: "failed" }).world)).toEqual([
      "ami-4",
    ]);
  });

  test("is neither disabled, deprecated nor enabled because of a tag, and stays if its tags lose all inputs", () => {
    const policies = { disableRevoked: true, sweep: "remove" as const };
    const tagged = { ...forged, revocations: [{ hash: "a", recorded: false }] };
    const does = (made: Partial<typeof forged>) =>
      scene({ policies })
        .published("ami-1")
        .image("ami-2", { ...tagged, ...made })
        .revoke("ami-2")
        .image("ami-3", { ...tagged, ...made, state: "disabled", withdrawnAt: 1 })
        .actions()
        .flatMap((action) => ("image" in action && action.image !== "ami-1" ? [action.do] : []));

    expect(does({})).toEqual([]);
    expect(does({ origin: "build" as never })).toEqual(["restore", "record", "deprecate", "disable"]);
  });

  test("is not named as an image that can be enabled again to help a stranded channel", () => {
    const disabled = { state: "disabled", retiredAt: 1, createdAt: 1 };
    const reasons = (changes: object) =>
      JSON.stringify(
        scene()
          .published("ami-1")
          .image("ami-2", { ...disabled, ...changes })
          .revoke("ami-1")
          .waiting("stable"),
      );

    expect(reasons({})).toContain("enable-image --image-id ami-2");
    expect(reasons(forged)).not.toContain("ami-2");
  });

  test("says why it cannot be published and what to do", () => {
    const { world } = scene().image("ami-2", forged);

    expect(world.images.map(whyNotPublishable)).toEqual([
      "is not recorded as made by this service: its tags claim without a record that this service made it; it is forged, a copy or from before records (then: npm run cli -- adopt)",
    ]);
  });
});

describe("an image whose tags claim what no record confirms", () => {
  const token = "9".repeat(64);
  const notified = (story: Scene) =>
    story.notifications("unrecorded").flatMap(({ images }) => images.map(({ image }) => image));

  test("is notified once for each set of claims", () => {
    const story = scene().image("ami-2", forged);
    expect(notified(story)).toEqual(["ami-2"]);
    expect(notified(story.notifyAll())).toEqual([]);

    story.change("ami-2", { unrecorded: [...forged.unrecorded, { claim: "that it is approved", record: "a" }] });
    expect(notified(story)).toEqual(["ami-2"]);
  });

  test("is notified with all others of its variant at once, and anew once another one is among them", () => {
    const story = scene().image("ami-2", forged).image("ami-3", forged);
    expect(story.notifications("unrecorded")).toHaveLength(1);
    expect(notified(story)).toEqual(["ami-2", "ami-3"]);
    expect(notified(story.notifyAll())).toEqual([]);

    expect(notified(story.image("ami-1", forged))).toEqual(["ami-1", "ami-2", "ami-3"]);
  });

  test("is notified while its build has just ended if the image was made here: a forged approval does not wait", () => {
    const approved = { token, unrecorded: [{ claim: "that it is approved", record: "a" }] };
    const story = scene().image("ami-2", approved);
    story.build({ token, status: "succeeded", image: "ami-2", startedAt: 0, endedAt: story.world.now });

    expect(notified(story)).toEqual(["ami-2"]);
    expect(notified(story.change("ami-2", { made: false }))).toEqual([]);
  });

  test("is notified even if the image itself was made here", () => {
    const approved = { unrecorded: [{ claim: "that it is approved", record: "a" }] };
    expect(notified(scene().published("ami-1").image("ami-2", approved))).toEqual(["ami-2"]);
  });

  test.each([
    ["its build runs", { status: "running" as const, token }],
    ["its build has just ended", { status: "failed" as const, token, endedAt: Date.parse("2026-11-04T11:31:00Z") }],
    ["a build that runs has reported it", { status: "running" as const, image: "ami-2" }],
  ])("is not notified while it may still be recorded: %s", (_, build) => {
    const story = scene().image("ami-2", { ...forged, token });
    story.build({ startedAt: story.world.now - hour, ...build });

    expect(notified(story)).toEqual([]);
  });

  test("is notified once its build has ended for half an hour, and while another build runs", () => {
    const story = scene().image("ami-2", { ...forged, token });
    story.build({ status: "failed", token, startedAt: story.world.now - hour, endedAt: story.world.now - 30 * minute });
    story.build();

    expect(notified(story)).toEqual(["ami-2"]);
  });

  test("is not notified unless the image is available, because no other image starts a node", () => {
    expect(notified(scene().image("ami-2", { ...forged, state: "disabled" }))).toEqual([]);
    expect(notified(scene().image("ami-2", { ...forged, state: "pending" }))).toEqual([]);
  });

  test("is notified of a removed variant, too", () => {
    const story = scene().published("ami-1").image("ami-2", forged);
    story.change("ami-2", { variant: "gone" });

    expect(story.notifications("unrecorded", "gone")).toHaveLength(1);
  });
});

describe("a recorded revocation of an image whose tags are gone", () => {
  const hidden = () => {
    const story = scene().image("ami-1", { createdAt: 1, provedAt: 1 }).holdsForeign("ami-2");
    story.world.revokedByRecord = ["ami-2"];
    return story;
  };

  test("still makes the channels leave the image", () => {
    expect(hidden().publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });

  test("still strands a channel that has no other image, also of a removed variant, and says what to do", () => {
    const stranded = expect.objectContaining({ why: expect.stringContaining("write them again, then POST /unrevoke") });

    expect(hidden().deregister("ami-1").notifications("stranded")).toEqual([stranded, stranded]);
    const removed = scene().holdsForeign("ami-2", ["stable"], "gone");
    expect(removed.notifications("stranded", "gone")).toEqual([]);
    removed.world.revokedByRecord = ["ami-2"];
    expect(removed.notifications("stranded", "gone")).toEqual([stranded]);
  });
});

describe("a revocation that only a tag holds", () => {
  const tagged = { revocations: [{ hash: "a", recorded: false }] };

  test.each(["available", "disabled"])("is recorded, so that deleting the tag does not take it back (%s)", (state) => {
    const story = scene()
      .published("ami-1")
      .image("ami-2", { ...tagged, state, createdAt: 1 })
      .revoke("ami-2");

    expect(story.actions()).toContainEqual(expect.objectContaining({ do: "record", image: "ami-2" }));
  });

  test("is not recorded right after an unrevoke, because EC2 may still show the tag that it removed", () => {
    const story = scene().published("ami-1").image("ami-2", { createdAt: 1 }).revoke("ami-2");
    story.change("ami-2", { revocations: [{ hash: "a", recorded: false, takenBackAt: story.world.now }] });
    const recorded = () => story.actions().some((action) => action.do === "record");

    story.later(5 * minute - 1);
    expect(recorded()).toBe(false);
    story.later(1);
    expect(recorded()).toBe(true);
  });

  test("is recorded once", () => {
    const story = scene().published("ami-1").image("ami-2", { createdAt: 1 }).revoke("ami-2").later(day);
    story.change("ami-2", { revocations: [{ hash: "a", recorded: true }] });

    expect(story.actions().filter((action) => action.do === "record")).toEqual([]);
  });
});
