import { describe, expect, test } from "vitest";
import { applied, decideRevoke, decideUnrevoke } from "../../../../functions/api/interventions.ts";
import { planOf } from "../../../../functions/api/plan.ts";
import { core, scene } from "../../../scene.ts";
import { ann, dryRun, reason, revoked, twoImages } from "./caller.ts";

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

  test("is refused where the reason does not fit beside the caller, with how much of it does", () => {
    const by = `arn:aws:sts::123456789012:assumed-role/${"r".repeat(64)}/${"s".repeat(64)}`;
    const order = { image: "ami-2", dryRun };

    const refused = decideRevoke(twoImages().world, { ...order, reason: "x".repeat(500) }, { ...ann, by });

    expect(refused).toMatchObject({ outcome: "refused", status: 400, allowed: { reason: "1 to 62 characters" } });
    expect(decideRevoke(twoImages().world, { ...order, reason: "x".repeat(62) }, { ...ann, by })).toMatchObject({
      outcome: "accepted",
      write: { revoked: expect.stringMatching(/x{62}$/) },
    });
  });

  test("a second time changes nothing", () => {
    const { world } = scene().image("ami-1", { revoked });

    const decision = decideRevoke(world, { image: "ami-1", reason, dryRun }, ann);

    expect(decision).toMatchObject({ outcome: "accepted", write: {}, remove: [] });
  });

  test("is possible with images of a variant that is configured no more", () => {
    const { world } = scene().image("ami-1").image("ami-9").change("ami-9", { variant: "gone" });

    const decision = decideRevoke(world, { image: "ami-9", reason, dryRun }, ann);

    expect(decision).toMatchObject({
      outcome: "accepted",
      message: "ami-9 is revoked; gone was removed from config.ts, so its channels stay as they are",
    });
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
