import { describe, expect, test } from "vitest";
import { decideRollback } from "../../../../functions/api/rollback.ts";
import { revocationRecord } from "../../../../functions/domain/records.ts";
import { core, day, hour, scene } from "../../../scene.ts";
import { ann, dryRun, reason, revoked, twoImages } from "./caller.ts";

const byHand = { policies: { approval: "manual" } } as const;

describe("POST /rollback", () => {
  const order = { variant: core, channel: "stable", reason, dryRun } as const;

  test("revokes the image that the channel holds", () => {
    expect(decideRollback(twoImages().world, order, ann)).toMatchObject({
      outcome: "accepted",
      image: "ami-2",
      write: { revoked: expect.stringContaining(reason) },
      message: expect.stringContaining(`stable of ${core} goes back from ami-2 to ami-1`),
    });
  });

  test("records a revocation of which there is only a tag, also while the channel already goes back", () => {
    const byTag = { revoked, revocations: [{ hash: "a", recorded: false }] };
    const story = twoImages().change("ami-2", byTag);
    const records = [revocationRecord("revocations", "ami-2", "a")];

    expect(decideRollback(story.world, order, ann)).toMatchObject({ write: {}, records });
    expect(decideRollback(story.wrote("ami-1", "stable").world, order, ann)).toMatchObject({
      write: {},
      records,
      message: expect.stringContaining("already goes back"),
    });
  });

  test("works during a pause", () => {
    const { world } = twoImages().pause("*");

    expect(decideRollback(world, order, ann)).toMatchObject({
      outcome: "accepted",
      message: expect.stringContaining("goes back from ami-2 to ami-1"),
    });
  });

  test("is refused with the reason while policies.publish is false", () => {
    const story = twoImages();
    story.world.configuration.policies.publish = false;

    expect(decideRollback(story.world, order, ann)).toMatchObject({
      outcome: "refused",
      status: 409,
      why: expect.stringContaining("policies.publish is false"),
    });
  });

  test.each([
    ["there is no other image", scene().published("ami-2"), "there is no other image"],
    ["the other is revoked", twoImages({ revoked }), "ami-1 is revoked: bad"],
    ["the other is disabled", twoImages({ state: "disabled" }), "ami-1 is disabled"],
    ["the other failed its proof", twoImages({ proof: "failed" }), "ami-1 failed its proof"],
    ["the other soaks", scene().published("ami-2").image("ami-1"), "ami-1 soaks until 2026-11-05T11:00:00.000Z"],
    [
      "the other is not approved",
      scene(byHand)
        .image("ami-1", { createdAt: ann.at - 9 * day, provedAt: ann.at - 9 * day })
        .published("ami-2"),
      "ami-1 waits for its approval",
    ],
  ])("is refused and tags nothing if %s", (_, { world }, why) => {
    const decision = decideRollback(world, order, ann);

    expect(decision).toMatchObject({ outcome: "refused", status: 409, why: expect.stringContaining(why) });
    expect(decision).not.toHaveProperty("write");
  });

  test("of candidate accepts an image that stable may not take yet", () => {
    const { world } = scene(byHand).image("ami-1").published("ami-0").image("ami-2").holds("ami-2", ["candidate"]);

    const decision = decideRollback(world, { ...order, channel: "candidate" }, ann);

    expect(decision).toMatchObject({ outcome: "accepted", image: "ami-2" });
  });

  describe("a repeated rollback", () => {
    /** After the first call, a reconcile run has moved the channels. */
    function rolledBack() {
      const long = { createdAt: ann.at - 9 * day, provedAt: ann.at - 9 * day };
      const story = scene().image("ami-0", long).holds("ami-0").image("ami-1", long).holds("ami-1");
      return story
        .published("ami-2")
        .later(-3 * hour)
        .revoke("ami-2")
        .later(3 * hour)
        .holds("ami-1");
    }

    test.each([
      ["the revoked image", { image: "ami-2" }, /holds ami-1, not ami-2, which is already revoked: breaks/],
      ["no image", {}, /has already left ami-2 for ami-1; to leave ami-1, too, name it in "image"/],
    ])("does not revoke the good image if its body names %s", (_, body, why) => {
      const decision = decideRollback(rolledBack().world, { ...order, ...body }, ann);

      expect(decision).toMatchObject({ outcome: "refused", status: 409, why: expect.stringMatching(why) });
      expect(decision).toMatchObject({ allowed: { image: "ami-1" } });
    });

    test("is the same call while the channel is still being written", () => {
      const { world } = twoImages({}).revoke("ami-2").wrote("ami-1", "stable");

      expect(decideRollback(world, order, ann)).toMatchObject({
        outcome: "accepted",
        image: "ami-2",
        write: {},
        message: expect.stringContaining("already goes back from ami-2 to ami-1"),
      });
    });

    test("goes back further if the body names the present image", () => {
      const decision = decideRollback(rolledBack().world, { ...order, image: "ami-1" }, ann);

      expect(decision).toMatchObject({ outcome: "accepted", image: "ami-1", write: { revoked: expect.anything() } });
    });

    test("is a new rollback once the channel has moved on", () => {
      const { world } = rolledBack().later(hour).image("ami-3").holds("ami-3");

      expect(decideRollback(world, order, ann)).toMatchObject({ outcome: "accepted", image: "ami-3" });
    });

    test("is a first rollback if the previous image was revoked only afterwards", () => {
      const long = { createdAt: ann.at - 9 * day, provedAt: ann.at - 9 * day };
      const before = scene().image("ami-0", long).image("ami-1", long).holds("ami-1");
      const { world } = before.published("ami-2").revoke("ami-1");

      expect(decideRollback(world, order, ann)).toMatchObject({ outcome: "accepted", image: "ami-2" });
    });
  });

  test("is refused if the reason is too long for the tag, and names the length that fits", () => {
    const long = "x".repeat(196);

    expect(decideRollback(twoImages().world, { ...order, reason: long }, ann)).toMatchObject({ outcome: "accepted" });
    expect(decideRollback(twoImages().world, { ...order, reason: `${long}x` }, ann)).toMatchObject({
      outcome: "refused",
      status: 400,
      why: expect.stringContaining("room for 196 characters"),
    });
  });

  test("is refused if the channel holds nothing", () => {
    expect(decideRollback(scene().world, order, ann)).toMatchObject({
      outcome: "refused",
      status: 409,
      why: expect.stringContaining("holds nothing to go back from"),
    });
  });

  test("is refused if the channel holds an image of another owner", () => {
    expect(decideRollback(scene().image("ami-1").holdsForeign("ami-foreign").world, order, ann)).toMatchObject({
      outcome: "refused",
      status: 409,
      why: expect.stringContaining("ami-foreign, which is not an image of this service"),
    });
  });

  test("is refused for an unknown variant, and lists the known ones", () => {
    expect(decideRollback(scene().world, { ...order, variant: "windows-95" }, ann)).toMatchObject({
      outcome: "refused",
      status: 404,
      allowed: { variant: [core] },
    });
  });
});
