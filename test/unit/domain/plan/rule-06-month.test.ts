import { describe, expect, test } from "vitest";
import { FailureClass, kindOf } from "../../../../functions/domain/failures.ts";
import { core, day, hour, scene } from "../../../scene.ts";

const three = [0, 1, 2].map((number) => `subnet-0123456789abcdef${number}`);

describe("rules 6 and 11: a month in which everything fails", () => {
  /**
   * Carries out for a month, in which no input changes, what the plan wants about building. Every build fails with this
   * class, with or without having made an image, and so does every proof.
   */
  function month(failureClass: FailureClass, makesImages: boolean, subnetIds: string[] = []) {
    const network = { kind: "vpc" as const, vpcId: "vpc-0123456789abcdef0", subnetIds };
    const policies = subnetIds.length > 0 ? { policies: { network } } : {};
    const story = scene(policies, "2026-12-09T12:00:00Z");
    const orders = { build: 0, prove: 0 };
    const subnets: string[] = [];
    /** By key, how many builds and proofs had been made when subscribers were notified. */
    const told = new Map<string, { build: number; prove: number }>();
    for (const end = story.world.now + 30 * day; story.world.now < end && orders.build < 50; story.later(hour)) {
      const made = { ...orders };
      for (const action of story.actions()) {
        if (action.do === "announce") told.set(action.notification.key, made);
        if (action.do === "disable") story.change(action.image, { state: "disabled" });
        if (action.do !== "build" && action.do !== "prove") continue;
        orders[action.do] += 1;
        const { purpose, inputs, attempt, token, variables } = action.order;
        subnets.push(JSON.parse(variables.PACKER_VARIABLES ?? "").subnet_id);
        const image = variables.IMAGE_ID ?? (makesImages ? `ami-${orders.build}` : undefined);
        if (action.do === "build" && image)
          story.image(image, { proof: undefined, provedAt: undefined, createdAt: story.world.now, token }, inputs);
        story.failed(failureClass, { purpose, inputs, attempt, token, image });
      }
      for (const key of told.keys()) story.world.notified.add(key);
    }
    const gaveUp = [...told].flatMap(([key, made]) => (key.startsWith(`gave-up/${core}/`) ? [made] : []));
    return { story, orders, subnets, told: [...told.keys()], gaveUp };
  }

  test.each(["unproved", "capacity"] as const)(
    "%s: three images of the same inputs are made, each has two attempts, and then subscribers know",
    (failureClass) => {
      const { story, orders, told, gaveUp } = month(failureClass, true);

      expect(orders).toEqual({ build: 3, prove: 6 });
      expect(told.filter((key) => key.startsWith("unproved/"))).toEqual(
        ["ami-1", "ami-2", "ami-3"].map((id) => `unproved/${id}`),
      );
      expect(gaveUp).toEqual([orders]);
      expect(story.building()).toMatchObject({
        do: "wait",
        until: undefined,
        reasons: expect.arrayContaining([expect.stringContaining("3 images of these inputs could not be proved")]),
      });
    },
  );

  test("refused: the image is not built again after two proofs were refused, and then subscribers know", () => {
    const { story, orders, gaveUp } = month("refused", true);

    expect(orders).toEqual({ build: 1, prove: 2 });
    expect(gaveUp).toEqual([orders]);
    expect(story.building()).toMatchObject({ do: "wait", until: undefined });
  });

  test("refused: two builds without an image are the last", () => {
    const { orders, gaveUp } = month("refused", false);

    expect(orders).toEqual({ build: 2, prove: 0 });
    expect(gaveUp).toEqual([orders]);
  });

  test("refused: with three subnets each is tried once without an image, and then subscribers know", () => {
    const { orders, subnets, gaveUp } = month("refused", false, three);

    expect(orders).toEqual({ build: 3, prove: 0 });
    expect(subnets).toEqual(three);
    expect(gaveUp).toEqual([orders]);
  });

  test("refused: two proofs are the last even with three subnets, because the image's build found one", () => {
    const { orders, gaveUp } = month("refused", true, three);

    expect(orders).toEqual({ build: 1, prove: 2 });
    expect(gaveUp).toEqual([orders]);
  });

  const transient = FailureClass.options.filter((one) => kindOf({ class: one, cause: "", lines: [] }) === "transient");

  test.each(transient)(
    "%s: builds without an image go on, eight in the first days and then one a day",
    (failureClass) => {
      const { orders, gaveUp } = month(failureClass, false);

      expect(orders.prove).toBe(0);
      expect(orders.build).toBeGreaterThan(8 + 20);
      expect(orders.build).toBeLessThanOrEqual(8 + 30);
      expect(gaveUp).toEqual([]);
    },
  );

  test.each(["unproved", "refused"] as const)("%s: a changed input or a request starts anew", (failureClass) => {
    const { story } = month(failureClass, true);

    expect(story.kubernetes("1.35.9").building()).toMatchObject({ do: "build", order: { attempt: 1 } });
    expect(story.kubernetes("1.35.7").building()).toMatchObject({ do: "wait", until: undefined });
    expect(story.request("r1").building()).toMatchObject({ do: "build", order: { attempt: 1 } });
  });
});
