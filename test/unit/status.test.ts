import { expect, test } from "vitest";
import { planOf, statusOf } from "../../functions/status.ts";
import { core, scene } from "../scene.ts";

test("the status shows what is recorded, what is desired and the drift between them", () => {
  const { world } = scene().published("ami-1").kubernetes("1.35.8");

  const [variant] = statusOf(world, "/eks-windows-images/test/channels").variants;

  expect(variant).toMatchObject({
    variant: core,
    newestImage: "ami-1",
    recorded: { kubernetes: "1.35.7" },
    desired: { kubernetes: "1.35.8" },
    drift: ["kubernetes 1.35.7 → 1.35.8"],
    running: null,
    lastFailure: null,
    channels: { stable: { parameter: `/eks-windows-images/test/channels/${core}/stable`, image: "ami-1" } },
    next: [{ do: "build", reasons: ["kubernetes 1.35.7 → 1.35.8"] }],
  });
});

test("the status shows the running build and the last failure", () => {
  const { world } = scene().failed("capacity").later(3_600_000).build();

  const [variant] = statusOf(world, "/channels").variants;

  expect(variant).toMatchObject({
    running: { purpose: "build", phase: "BUILD" },
    lastFailure: { class: "capacity", cause: "capacity trouble" },
  });
});

test("the plan says when what waits will be done", () => {
  const { world } = scene().published("ami-1").image("ami-2");

  expect(planOf(world).actions).toContainEqual(
    expect.objectContaining({ do: "wait", for: "stable", until: "2026-11-05T11:00:00.000Z" }),
  );
});

test("both are plain JSON without a gap", () => {
  const { world } = scene().failed("test").published("ami-1").request("r1");
  for (const body of [statusOf(world, "/channels"), planOf(world)])
    expect(JSON.parse(JSON.stringify(body))).toMatchObject({ now: "2026-11-04T12:00:00.000Z" });
});
