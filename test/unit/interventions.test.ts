import { describe, expect, test } from "vitest";
import { applied, decidePromote, decideRevoke, decideRollback, decideUnrevoke } from "../../functions/interventions.ts";
import { planOf } from "../../functions/plan-answer.ts";
import { core, day, hour, scene } from "../scene.ts";

const ann = { by: "arn:aws:iam::123456789012:user/ann", at: Date.parse("2026-11-04T12:00:00Z") };
const dryRun = false;
const reason = "containers lose their network";
const revoked = { reason: "bad", by: ann.by, at: ann.at };
const byHand = { policies: { approval: "manual" } } as const;

/** `ami-2` in both channels, `ami-1` before it. */
function twoImages(before: Parameters<ReturnType<typeof scene>["image"]>[1] = {}) {
  const old = { createdAt: Date.parse("2026-11-01T12:00:00Z"), provedAt: Date.parse("2026-11-01T13:00:00Z") };
  return scene()
    .image("ami-1", { ...old, ...before })
    .published("ami-2");
}

describe("To revoke an image", () => {
  test("is to tag it with time, caller and reason", () => {
    const decision = decideRevoke(twoImages().world, { image: "ami-2", reason, dryRun }, ann);

    expect(decision).toMatchObject({
      outcome: "accepted",
      variant: core,
      image: "ami-2",
      write: { revoked: `2026-11-04T12:00:00.000Z ${ann.by} ${reason}` },
      remove: [],
    });
  });

  test("says where the channels go that hold it", () => {
    const decision = decideRevoke(twoImages().world, { image: "ami-2", reason, dryRun }, ann);

    expect(decision).toMatchObject({
      message: expect.stringMatching(/ami-2 is revoked; candidate takes ami-1 .*; stable takes ami-1 /),
    });
  });

  test("is allowed also where nothing is there to go back to, and said so", () => {
    const decision = decideRevoke(scene().published("ami-2").world, { image: "ami-2", reason, dryRun }, ann);

    expect(decision).toMatchObject({
      outcome: "accepted",
      write: { revoked: expect.any(String) },
      message: expect.stringContaining("stable holds ami-2: ami-2 is revoked"),
    });
  });

  test("a second time changes nothing", () => {
    const { world } = scene().image("ami-1", { revoked });

    const decision = decideRevoke(world, { image: "ami-1", reason, dryRun }, ann);

    expect(decision).toMatchObject({ outcome: "accepted", write: {}, remove: [] });
  });

  test("is possible with images of a variant that is configured no more", () => {
    const { world } = scene().image("ami-1");
    world.images.push({ ...(world.images[0] as (typeof world.images)[number]), id: "ami-9", variant: "gone" });

    const decision = decideRevoke(world, { image: "ami-9", reason, dryRun }, ann);

    expect(decision).toMatchObject({ outcome: "accepted", message: expect.stringContaining("no variant any more") });
  });

  test("is refused for what is no image of ours, with those that are", () => {
    const decision = decideRevoke(twoImages().world, { image: "ami-aws", reason, dryRun }, ann);

    expect(decision).toMatchObject({
      outcome: "refused",
      status: 404,
      allowed: { image: { [core]: ["ami-1", "ami-2"] } },
    });
  });
});

describe("To unrevoke an image", () => {
  test("is to take the tag off it", () => {
    const { world } = twoImages({ revoked });

    expect(decideUnrevoke(world, { image: "ami-1", reason, dryRun })).toMatchObject({
      outcome: "accepted",
      write: {},
      remove: ["revoked"],
    });
  });

  test("is refused where it is not revoked, with those that are", () => {
    const { world } = twoImages({ revoked });

    expect(decideUnrevoke(world, { image: "ami-2", reason, dryRun })).toMatchObject({
      outcome: "refused",
      status: 409,
      why: "ami-2 is not revoked",
      allowed: { image: ["ami-1"] },
    });
  });
});

describe("To promote an image", () => {
  test("is to approve it; it still soaks, and the answer says how long", () => {
    const { world } = scene(byHand).published("ami-1").image("ami-2");

    const decision = decidePromote(world, { image: "ami-2", reason: "looks good", dryRun }, ann);

    expect(decision).toMatchObject({
      outcome: "accepted",
      write: { approved: `2026-11-04T12:00:00.000Z ${ann.by} looks good` },
      message: expect.stringContaining("stable holds ami-1 until 2026-11-05T11:00:00.000Z: ami-2 soaks"),
    });
  });

  test("lets stable take it at once where it has soaked", () => {
    const { world } = scene(byHand)
      .published("ami-1")
      .image("ami-2", { provedAt: ann.at - 25 * hour, createdAt: ann.at - 26 * hour });

    const decision = decidePromote(world, { image: "ami-2", reason, dryRun }, ann);

    expect(decision).toMatchObject({ message: expect.stringContaining("stable takes ami-2 with the next look") });
  });

  test("is refused where no approval is asked for, with the time when it will enter by itself", () => {
    const { world } = scene().published("ami-1").image("ami-2");

    expect(decidePromote(world, { image: "ami-2", reason, dryRun }, ann)).toMatchObject({
      outcome: "refused",
      status: 409,
      why: expect.stringMatching(/policies\.approval is none.*until 2026-11-05T11:00:00\.000Z: ami-2 soaks/),
    });
  });

  test.each([
    ["is not proved", { proof: undefined, provedAt: undefined }, "has not proved itself yet"],
    ["failed its proof", { proof: "failed" }, "failed its proof"],
    ["is revoked", { revoked }, "is revoked: bad"],
    ["is disabled", { state: "disabled" }, "is disabled"],
    ["lacks a record of an input", { inputs: { baseAmi: "ami-0", kubernetes: "1.35.7" } }, "has no record of"],
  ] as const)("is refused where it %s, with those that could be approved", (_, changes, why) => {
    const { world } = scene(byHand).published("ami-1").image("ami-2", changes);

    expect(decidePromote(world, { image: "ami-2", reason, dryRun }, ann)).toMatchObject({
      outcome: "refused",
      status: 409,
      why: expect.stringContaining(why),
      allowed: { image: ["ami-1"] },
    });
  });

  test("a second time changes nothing", () => {
    const { world } = scene(byHand).image("ami-1", { approved: revoked });

    expect(decidePromote(world, { image: "ami-1", reason, dryRun }, ann)).toMatchObject({
      outcome: "accepted",
      write: {},
    });
  });
});

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

describe("A decision once it stands", () => {
  test("is what is planned with: the revoked image leaves its channels", () => {
    const { world } = twoImages();
    const decision = decideRevoke(world, { image: "ami-2", reason, dryRun }, ann);
    if (decision.outcome !== "accepted") throw new Error("not accepted");

    const { actions } = planOf(applied(world, decision));

    expect(actions).toContainEqual(expect.objectContaining({ do: "publish", channel: "stable", image: "ami-1" }));
    expect(planOf(world).actions).not.toContainEqual(expect.objectContaining({ do: "publish" }));
  });

  test("leaves the world that it was decided on as it is", () => {
    const { world } = twoImages({ revoked });
    const before = structuredClone(world.images);

    applied(world, { image: "ami-1", write: {}, remove: ["revoked"] });

    expect(world.images).toEqual(before);
  });
});
