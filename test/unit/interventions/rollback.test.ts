import { describe, expect, test } from "vitest";
import { decideRollback } from "../../../functions/interventions.ts";
import { core, day, scene } from "../../scene.ts";
import { ann, dryRun, reason, revoked, twoImages } from "./caller.ts";

const byHand = { policies: { approval: "manual" } } as const;

describe("To roll a channel back", () => {
  const order = { variant: core, channel: "stable", reason, dryRun } as const;

  test("is to revoke what it holds", () => {
    expect(decideRollback(twoImages().world, order, ann)).toMatchObject({
      outcome: "accepted",
      image: "ami-2",
      write: { revoked: expect.stringContaining(reason) },
      message: expect.stringContaining(`stable of ${core} goes back from ami-2 to ami-1`),
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
  ])("is refused where %s, and nothing is tagged", (_, { world }, why) => {
    const decision = decideRollback(world, order, ann);

    expect(decision).toMatchObject({ outcome: "refused", status: 409, why: expect.stringContaining(why) });
    expect(decision).not.toHaveProperty("write");
  });

  test("of candidate takes an image that stable may not have yet", () => {
    const { world } = scene(byHand).image("ami-1").published("ami-0").image("ami-2").holds("ami-2", ["candidate"]);

    const decision = decideRollback(world, { ...order, channel: "candidate" }, ann);

    expect(decision).toMatchObject({ outcome: "accepted", image: "ami-2" });
  });

  test("is refused where the channel holds nothing", () => {
    expect(decideRollback(scene().world, order, ann)).toMatchObject({
      outcome: "refused",
      status: 409,
      why: expect.stringContaining("holds nothing to go back from"),
    });
  });

  test("is refused where the channel holds what somebody else put there", () => {
    expect(decideRollback(scene().image("ami-1").holds("ami-foreign").world, order, ann)).toMatchObject({
      outcome: "refused",
      status: 409,
      why: expect.stringContaining("ami-foreign, which is no image of ours"),
    });
  });

  test("is refused for a variant that there is not, with those that there are", () => {
    expect(decideRollback(scene().world, { ...order, variant: "windows-95" }, ann)).toMatchObject({
      outcome: "refused",
      status: 404,
      allowed: { variant: [core] },
    });
  });
});
