import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { planOf } from "../../../functions/api/plan.ts";
import { statusOf } from "../../../functions/api/status.ts";
import type { World } from "../../../functions/domain/world.ts";
import { core, day, hour, scene } from "../../scene.ts";

function only(world: World) {
  const [variant] = statusOf(world, "/eks-windows-images/test/channels").variants;
  if (!variant) throw new Error("the status names no variant");
  return variant;
}

test("the status says what is paused, since when, by whom and why, and what each variant waits for", () => {
  const { world } = scene().published("ami-1").image("ami-2").pause("*").pause("windows-2019-removed", "later");

  const status = statusOf(world, "/channels");

  const by = "arn:aws:iam::123456789012:user/ann";
  const since = "2026-11-04T12:00:00.000Z";
  const why = `everything is paused since ${since} by ${by}: nodes crash`;
  expect(status.pauses).toEqual([
    { variant: "*", since, by, reason: "nodes crash" },
    { variant: "windows-2019-removed", since, by, reason: "later" },
  ]);
  expect(status.variants[0]).toMatchObject({
    paused: why,
    channels: { candidate: { next: null, outlook: `candidate holds ami-1: ami-2 is newer than ami-1; ${why}` } },
  });
});

test("the status says nothing of a pause if there is none", () => {
  const status = statusOf(scene().published("ami-1").world, "/channels");

  expect(status).toMatchObject({ pauses: [], variants: [{ paused: null }] });
});

test("the status says since when a variant fails and whether the service gave up", () => {
  const story = scene().published("ami-1").kubernetes("1.35.8").failed("test").failed("test").failed("test");

  expect(statusOf(story.world, "/channels").variants[0]).toMatchObject({
    failing: true,
    failingSince: "2026-11-04T12:00:00.000Z",
    gaveUp: true,
  });
});

describe("GET /", () => {
  test("shows the recorded inputs, the desired inputs and the drift between them", () => {
    const { world } = scene().published("ami-1").kubernetes("1.35.8").binaries("1.35.8", "there");

    expect(only(world)).toMatchObject({
      variant: core,
      newestImage: "ami-1",
      recorded: { kubernetes: "1.35.7" },
      desired: { kubernetes: "1.35.8" },
      drift: ["kubernetes 1.35.7 → 1.35.8"],
      running: null,
      lastFailure: null,
      harvest: null,
      nextBuild: { at: "now", reasons: ["kubernetes 1.35.7 → 1.35.8"] },
    });
  });

  test("shows since when the variant has been behind and whether its last build failed", () => {
    const { world } = scene().published("ami-1").request("again").failed("test");

    expect(only(world)).toMatchObject({ behindSince: "2026-11-04T12:00:00.000Z", failing: true });
    expect(only(scene().published("ami-1").world)).toMatchObject({ behindSince: null, failing: false });
  });

  test("shows what killed builds left behind, and why that is unknown", () => {
    const { world } = scene().published("ami-1").left({ id: "i-1" }).left({ id: "i-2", mark: "admin" });
    const status = (of: World) => statusOf(of, "/eks-windows-images/test/channels").leftovers;

    expect(status(world)).toMatchObject({
      found: [
        { type: "instance", resource: "i-1", next: "sweep", why: expect.stringContaining("is left behind") },
        { type: "instance", resource: "i-2", next: "wait", why: expect.stringContaining("instance profile is admin") },
      ],
      unknown: null,
    });
    expect(status({ ...world, leftovers: { found: [], unread: "denied" } })).toEqual({ found: [], unknown: "denied" });
    expect(planOf(world).actions).toContainEqual(expect.objectContaining({ do: "sweep", resource: "i-1" }));
  });

  test("shows no first image as drift if the only image is revoked", () => {
    const { world } = scene().published("ami-1").revoke("ami-1");

    expect(only(world)).toMatchObject({ newestImage: null, drift: ["no image of the variant can be published"] });
    expect(only(scene().world)).toMatchObject({ newestImage: null, drift: ["first image of the variant"] });
  });

  test("shows what each channel holds and which image it takes next", () => {
    const { world } = scene().published("ami-1").image("ami-2");

    expect(only(world).channels).toMatchObject({
      candidate: { image: "ami-1", next: "ami-2", waitsUntil: null, outlook: expect.stringMatching(/takes ami-2/) },
      stable: {
        parameter: `/eks-windows-images/test/channels/${core}/stable`,
        image: "ami-1",
        since: expect.stringMatching(/^2026-11-04T/),
        next: null,
        waitsUntil: "2026-11-05T11:00:00.000Z",
        outlook: "stable holds ami-1 until 2026-11-05T11:00:00.000Z: ami-2 soaks",
      },
    });
  });

  test("shows of each image when it has soaked, whether it is approved and what keeps it out of stable", () => {
    const { world } = scene({ policies: { approval: "manual" } })
      .published("ami-1")
      .image("ami-2")
      .approve("ami-1");

    expect(only(world).images).toMatchObject([
      {
        image: "ami-2",
        proof: "passed",
        soakedAt: "2026-11-05T11:00:00.000Z",
        approved: null,
        publishable: "yes",
        keptOutOfStableBy: ["ami-2 soaks until 2026-11-05T11:00:00.000Z", "ami-2 waits for its approval"],
      },
      { image: "ami-1", approved: { reason: expect.any(String) }, keptOutOfStableBy: [] },
    ]);
  });

  test("shows of each image why it cannot be published and that it is revoked", () => {
    const { world } = scene()
      .image("ami-1", { proof: "failed", createdAt: 1 })
      .image("ami-2", { state: "disabled", createdAt: 2 })
      .image("ami-3", { createdAt: 3 })
      .revoke("ami-3", "breaks networking");

    expect(only(world).images).toMatchObject([
      { image: "ami-3", publishable: "is revoked: breaks networking", revoked: { reason: "breaks networking" } },
      { image: "ami-2", publishable: "is disabled", state: "disabled" },
      { image: "ami-1", publishable: "failed its proof", revoked: null },
    ]);
  });

  test("shows of each image what retention decides", () => {
    const { world } = scene({ policies: { retention: { keep: 2 } } })
      .image("ami-1", { createdAt: Date.parse("2026-10-01"), provedAt: Date.parse("2026-10-01") })
      .image("ami-2", { createdAt: Date.parse("2026-10-02"), provedAt: Date.parse("2026-10-02") })
      .image("ami-3", { createdAt: Date.parse("2026-10-03"), provedAt: Date.parse("2026-10-03") })
      .published("ami-4");
    world.references["ami-1"] = { state: "used", by: ["instance/i-1"] };
    world.references["ami-2"] = { state: "unused" };

    expect(only(world).images).toMatchObject([
      { image: "ami-4", retention: { decision: "keep" } },
      { image: "ami-3", retention: { decision: "keep" } },
      { image: "ami-2", retention: { decision: "disable" } },
      { image: "ami-1", retention: { decision: "keep", reasons: ["used by instance/i-1"] } },
    ]);
  });

  test("shows the running build with its phase, and the last failure with its class and last lines", () => {
    const { world } = scene().failed("capacity").later(hour).build();

    expect(only(world)).toMatchObject({
      running: { purpose: "build", phase: "BUILD", since: "2026-11-04T13:00:00.000Z" },
      lastFailure: { purpose: "build", class: "capacity", cause: "capacity trouble", lines: expect.any(Array) },
    });
  });

  test("shows when a waiting build can start", () => {
    const { world } = scene().failed("test");

    expect(only(world).nextBuild).toEqual({ at: "2026-11-04T12:15:00.000Z", reasons: expect.any(Array) });
  });

  test("shows no time for the next build once builds have been given up", () => {
    const { world } = scene().failed("test").later(hour).failed("test").later(day).failed("test").later(day);

    expect(only(world).nextBuild).toMatchObject({ at: null });
  });

  test("shows which EKS image is harvested for an assembled image, and whether the harvest exists", () => {
    const assembled = { variants: [{ name: core, windows: 2022, kubernetes: "1.35", base: "Base" }] } as const;
    const { world } = scene({ variants: [...assembled.variants] }).eksImage("ami-0000000000000ea52");

    expect(only(world).harvest).toEqual({ from: "ami-0000000000000ea52", manifest: null, why: expect.any(String) });
    world.harvests["ami-0000000000000ea52"] = { state: "known", value: "f".repeat(64) };
    expect(only(world).harvest).toEqual({ from: "ami-0000000000000ea52", manifest: "f".repeat(64), why: null });
  });
});

test("GET /plan shows when a wait ends", () => {
  const { world } = scene().published("ami-1").image("ami-2");

  expect(planOf(world).actions).toContainEqual(
    expect.objectContaining({ do: "wait", for: "stable", until: "2026-11-05T11:00:00.000Z" }),
  );
});

test("GET / and GET /plan answer plain JSON", () => {
  const { world } = scene().failed("test").published("ami-1").request("r1");

  for (const body of [statusOf(world, "/channels"), planOf(world)])
    expect(JSON.parse(JSON.stringify(body))).toMatchObject({ now: "2026-11-04T12:00:00.000Z" });
});

test("the status says what a build puts into the image and nobody mends any more", () => {
  const { artifacts } = JSON.parse(readFileSync(new URL("../../../packer/versions.json", import.meta.url), "utf8"));
  const { world } = scene({ variants: [{ windows: 2022, kubernetes: "1.35", base: "Base" }] });
  const unsupported = () => statusOf(world, "/channels", { artifacts }).variants[0]?.unsupported;

  world.now = Date.parse("2026-09-01T00:00:00Z");
  expect(unsupported()).toEqual([]);
  world.now = Date.parse("2026-11-30T00:00:00Z");
  expect(unsupported()).toEqual([expect.stringMatching(/^containerd 1\.7\.27 /)]);
});
