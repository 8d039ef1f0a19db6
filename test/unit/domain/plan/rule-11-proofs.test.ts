import { describe, expect, test } from "vitest";
import { day, hour, minute, scene } from "../../../scene.ts";

describe("rule 11: an image without a proof", () => {
  const unproved = () => scene().image("ami-2", { proof: undefined, provedAt: undefined });

  test("is proved once its build is over", () => {
    expect(unproved().failed("unproved", { image: "ami-2" }).building()).toMatchObject({
      do: "prove",
      order: { purpose: "prove", variables: { IMAGE_ID: "ami-2" } },
    });
  });

  test("is not proved while its build runs", () => {
    expect(unproved().build({ image: undefined }).building()).toMatchObject({ do: "wait" });
  });

  test("has a second attempt after 15 minutes; then subscribers are notified and a build follows", () => {
    const story = unproved().failed("capacity", { purpose: "prove", image: "ami-2" });
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + 15 * 60_000 });
    expect(story.later(15 * 60_000).building()).toMatchObject({ do: "prove", order: { attempt: 2 } });
    story.failed("capacity", { purpose: "prove", image: "ami-2", attempt: 2 });
    expect(story.notificationKeys()).toContain("unproved/ami-2");
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + hour / 2 });
    expect(story.later(hour).building()).toMatchObject({ do: "build" });
  });

  describe("with three subnets", () => {
    const subnetIds = [0, 1, 2].map((number) => `subnet-0123456789abcdef${number}`);
    const policies = { network: { kind: "vpc" as const, vpcId: "vpc-0123456789abcdef0", subnetIds } };
    const token = "1".repeat(64);
    const withSubnets = () => scene({ policies }).image("ami-2", { proof: undefined, provedAt: undefined, token });
    /** The subnets of the image's two proofs, neither of which has a result. */
    const subnetsOfProofs = (story: ReturnType<typeof scene>) =>
      [1, 2].map((attempt) => {
        const action = story.building();
        if (action.do !== "prove") throw new Error(`expected a proof, got ${action.do}`);
        expect(action.order.attempt).toBe(attempt);
        story.failed("capacity", { purpose: "prove", image: "ami-2", attempt }).later(15 * minute);
        return JSON.parse(action.order.variables.PACKER_VARIABLES ?? "").subnet_id;
      });

    test.each([
      [1, [subnetIds[0], subnetIds[1]]],
      [2, [subnetIds[1], subnetIds[2]]],
      [3, [subnetIds[2], subnetIds[0]]],
    ])("is proved from the subnet on that its build, attempt %i, was made in", (attempt, expected) => {
      const story = withSubnets();
      for (let before = 1; before < attempt; before++) story.failed("capacity", { attempt: before });
      story.failed("capacity", { image: "ami-2", attempt, token });

      expect(subnetsOfProofs(story)).toEqual(expected);
    });

    test("is proved from the first subnet on if CodeBuild has forgotten its build", () => {
      expect(subnetsOfProofs(withSubnets())).toEqual(subnetIds.slice(0, 2));
    });
  });

  test.each([
    ["revoked", { revoked: { reason: "bad", by: undefined, at: undefined } }],
    ["disabled", { state: "disabled" }],
    ["pending", { state: "pending" }],
  ])("is not proved while it is %s", (_, changes) => {
    expect(
      scene()
        .image("ami-2", { proof: undefined, ...changes })
        .building().do,
    ).not.toBe("prove");
  });

  test("is not proved if a person stopped its build or its proof", () => {
    const stopped = { status: "stopped" as const, endedAt: Date.parse("2026-11-04T12:00:00Z"), image: "ami-2" };
    expect(unproved().build(stopped).later(day).building().do).toBe("wait");
    expect(
      unproved()
        .build({ ...stopped, purpose: "prove" })
        .later(day)
        .building().do,
    ).toBe("wait");
  });

  test("has its own count of attempts", () => {
    const story = unproved()
      .failed("capacity", { purpose: "prove", image: "ami-1" })
      .failed("capacity", { purpose: "prove", image: "ami-1" });
    expect(story.building()).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining([expect.stringContaining("ami-1")]),
    });
    expect(story.later(hour).building()).toMatchObject({
      do: "prove",
      order: { attempt: 1, variables: { IMAGE_ID: "ami-2" } },
    });
  });

  test("is proved by the deployed recipe", () => {
    const story = scene().image("ami-2", { proof: undefined }, { recipe: "b".repeat(64) });
    expect(story.building()).toMatchObject({ do: "prove", order: { variables: { RECIPE: "a".repeat(64) } } });
  });

  test("is not proved again after a failed proof", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .image("ami-2", { proof: "failed" })
      .failed("proof", { image: "ami-2" });
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + 15 * 60_000 });
  });

  test("giving up is told only after the last attempt at a proof", () => {
    const gaveUp = (failures: number) => {
      const story = scene().image("ami-2", { proof: undefined, provedAt: undefined });
      story.failed("refused", { image: "ami-2" });
      for (let count = 0; count < failures; count++)
        story.later(15 * minute).failed("refused", { purpose: "prove", image: "ami-2" });
      return story.notificationKeys().filter((key) => key.startsWith("gave-up/")).length;
    };

    expect([0, 1, 2].map(gaveUp)).toEqual([0, 0, 1]);
  });
});
