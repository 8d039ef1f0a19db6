import { describe, expect, test } from "vitest";
import { applied, decideRevoke, decideUnrevoke } from "../../../../functions/api/interventions.ts";
import { planOf } from "../../../../functions/api/plan.ts";
import { revocationRecord, tagRecord } from "../../../../functions/domain/records.ts";
import { core, scene } from "../../../scene.ts";
import { ann, dryRun, reason, revoked, twoImages } from "./caller.ts";

describe("POST /revoke", () => {
  test("of an image that a person has revoked by hand only records that, so that deleting the tag changes nothing", () => {
    const revocations = ["a", "b"].map((hash) => ({ hash, recorded: hash === "a" }));
    const { world } = twoImages({ revoked, revocations });

    expect(decideRevoke(world, { image: "ami-1", reason, dryRun }, ann)).toMatchObject({
      outcome: "accepted",
      write: {},
      records: [revocationRecord("revocations", "ami-1", "b")],
    });
  });

  test("tags the image with time, caller and reason", () => {
    const decision = decideRevoke(twoImages().world, { image: "ami-2", reason, dryRun }, ann);

    expect(decision).toMatchObject({
      outcome: "accepted",
      variant: core,
      image: "ami-2",
      write: { revoked: `2026-11-04T12:00:00.000Z ${ann.by} ${reason}` },
      remove: [],
      records: [tagRecord("revocations", "ami-2", `2026-11-04T12:00:00.000Z ${ann.by} ${reason}`)],
    });
  });

  test("names the image that each channel goes back to", () => {
    const decision = decideRevoke(twoImages().world, { image: "ami-2", reason, dryRun }, ann);

    expect(decision).toMatchObject({
      message: expect.stringMatching(/ami-2 is revoked; candidate takes ami-1 .*; stable takes ami-1 /),
    });
  });

  test("is accepted if no other image is left, and the answer says so", () => {
    const decision = decideRevoke(scene().published("ami-2").world, { image: "ami-2", reason, dryRun }, ann);

    expect(decision).toMatchObject({
      outcome: "accepted",
      write: { revoked: expect.any(String) },
      message: expect.stringContaining("stable holds ami-2: ami-2 is revoked"),
    });
  });

  test("is refused if reason and caller exceed the tag, and names the length that fits", () => {
    const by = `arn:aws:sts::123456789012:assumed-role/${"r".repeat(64)}/${"s".repeat(64)}`;
    const order = { image: "ami-2", dryRun };

    const refused = decideRevoke(twoImages().world, { ...order, reason: "x".repeat(500) }, { ...ann, by });

    expect(refused).toMatchObject({ outcome: "refused", status: 400, allowed: { reason: "1 to 62 characters" } });
    expect(decideRevoke(twoImages().world, { ...order, reason: "x".repeat(62) }, { ...ann, by })).toMatchObject({
      outcome: "accepted",
      write: { revoked: expect.stringMatching(/x{62}$/) },
    });
  });

  test("changes nothing if the image is already revoked", () => {
    const { world } = scene().image("ami-1", { revoked });

    const decision = decideRevoke(world, { image: "ami-1", reason, dryRun }, ann);

    expect(decision).toMatchObject({ outcome: "accepted", write: {}, remove: [] });
  });

  test("accepts images of a removed variant", () => {
    const { world } = scene().image("ami-1").image("ami-9").change("ami-9", { variant: "gone" });

    const decision = decideRevoke(world, { image: "ami-9", reason, dryRun }, ann);

    expect(decision).toMatchObject({
      outcome: "accepted",
      message: "ami-9 is revoked; gone was removed from config.ts, so its channels stay as they are",
    });
  });

  test("is refused for an image of another owner, and lists the service's images", () => {
    const decision = decideRevoke(twoImages().world, { image: "ami-aws", reason, dryRun }, ann);

    expect(decision).toMatchObject({
      outcome: "refused",
      status: 404,
      allowed: { image: { [core]: ["ami-1", "ami-2"] } },
    });
  });
});

describe("POST /unrevoke", () => {
  test("removes the tag", () => {
    const { world } = twoImages({ revoked });

    expect(decideUnrevoke(world, { image: "ami-1", reason, dryRun })).toMatchObject({
      outcome: "accepted",
      write: {},
      remove: ["revoked"],
    });
  });

  test("records the end of every revocation in force, whether by its tag or only by its record", () => {
    const revocations = ["a", "b"].map((hash) => ({ hash, recorded: hash === "a" }));

    expect(decideUnrevoke(twoImages({ revoked, revocations }).world, { image: "ami-1", reason, dryRun })).toMatchObject(
      {
        records: [revocationRecord("unrevocations", "ami-1", "a"), revocationRecord("unrevocations", "ami-1", "b")],
      },
    );
  });

  test("says what to do if the image has lost the tags by which it is found", () => {
    const { world } = twoImages();
    world.revokedByRecord = ["ami-9"];

    expect(decideUnrevoke(world, { image: "ami-9", reason, dryRun })).toMatchObject({
      status: 409,
      why: expect.stringMatching(/^ami-9 is revoked: .* tags stage or variant; .* then POST \/unrevoke$/),
    });
  });

  test("is refused for an image that is not revoked, and lists the revoked images", () => {
    const { world } = twoImages({ revoked });

    expect(decideUnrevoke(world, { image: "ami-2", reason, dryRun })).toMatchObject({
      outcome: "refused",
      status: 409,
      why: "ami-2 is not revoked",
      allowed: { image: ["ami-1"] },
    });
  });
});

describe("an accepted decision", () => {
  test("is part of the plan in the answer: the revoked image leaves its channels", () => {
    const { world } = twoImages();
    const decision = decideRevoke(world, { image: "ami-2", reason, dryRun }, ann);
    if (decision.outcome !== "accepted") throw new Error("not accepted");

    const { actions } = planOf(applied(world, decision));

    expect(actions).toContainEqual(expect.objectContaining({ do: "publish", channel: "stable", image: "ami-1" }));
    expect(planOf(world).actions).not.toContainEqual(expect.objectContaining({ do: "publish" }));
  });

  test("does not change the world that it was made from", () => {
    const { world } = twoImages({ revoked });
    const before = structuredClone(world.images);

    applied(world, { image: "ami-1", write: {}, remove: ["revoked"] });

    expect(world.images).toEqual(before);
  });
});
