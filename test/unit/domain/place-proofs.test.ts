import { describe, expect, test } from "vitest";
import { type BuildDecision, orderBuild, type PlaceProofWish } from "../../../functions/domain/build-orders.ts";
import { withinLimits } from "../../../functions/domain/building/limits.ts";
import type { Build } from "../../../functions/domain/builds.ts";
import { indexWorld } from "../../../functions/domain/indexed-world.ts";
import type { Inputs } from "../../../functions/domain/inputs.ts";
import { plan } from "../../../functions/domain/plan.ts";
import { laneOf, startRecord, startsIn } from "../../../functions/domain/starts.ts";
import { stateOf } from "../../../functions/domain/variant-state.ts";
import { core, day, full, hour, type Scene, scene, two } from "../../scene.ts";
import { variantNamed } from "../../world.ts";

const place = {
  name: "frankfurt",
  region: "eu-central-1",
  roleArn: "arn:aws:iam::210987654321:role/spoke",
  externalId: "eks-windows-images:test",
  image: "ami-11112222333344445",
};

function wished(story: Scene, changes: Partial<PlaceProofWish> = {}): PlaceProofWish {
  const variant = variantNamed(story.world, core);
  const inputs = story.inputs() as Inputs;
  const why = { attempt: 1, reasons: ["ami-1 is not proved in frankfurt"] };
  return { purpose: "prove-place", variant, inputs, image: "ami-1", place, ...why, ...changes };
}

function ordered(changes: Partial<PlaceProofWish> = {}) {
  const story = scene();
  return orderBuild(wished(story, changes), indexWorld(story.world));
}

describe("the order of a proof in a place", () => {
  test("names home's image, and the place with the image's ID there", () => {
    const { variables } = ordered();

    expect(variables).toMatchObject({ PURPOSE: "prove-place", IMAGE_ID: "ami-1", SLOW_START_SECONDS: "" });
    expect(JSON.parse(variables.PLACE ?? "")).toEqual(place);
  });

  test("lets Packer start its machine there, in the default VPC, with nothing of home's", () => {
    const { variables } = ordered();
    const packer = JSON.parse(variables.PACKER_VARIABLES);

    expect(packer).toMatchObject({ region: "eu-central-1", subnet_id: "", iam_instance_profile: "", image_tags: {} });
    expect(packer).not.toHaveProperty("volume_key_arn");
  });

  test.each(["name", "region", "roleArn", "externalId", "image"] as const)(
    "has another token for another %s",
    (key) => {
      const other = ordered({ place: { ...place, [key]: "other" } });

      expect(other.token).not.toBe(ordered().token);
      expect(ordered({ place: { ...place } }).token).toBe(ordered().token);
    },
  );

  test("of a place of home's own account has no external ID", () => {
    const { variables } = ordered({ place: { ...place, externalId: undefined } });

    expect(Object.keys(JSON.parse(variables.PLACE ?? ""))).toEqual(["name", "region", "roleArn", "image"]);
  });

  test("is smaller than a build's, so CodeBuild has room for it", () => {
    const story = scene();
    const { image: _, place: __, ...common } = wished(story);
    const build = { ...common, purpose: "build" as const, baseReleased: "2026-11-03", harvestSource: undefined };
    const size = (variables: object) => JSON.stringify(variables).length;

    const longest = { ...place, name: "n".repeat(30), roleArn: `arn:aws:iam::210987654321:role/${"r".repeat(64)}` };
    const proof = ordered({ place: longest });
    expect(size(proof.variables)).toBeLessThan(size(orderBuild(build, indexWorld(story.world)).variables));
  });
});

const noon = Date.parse("2026-11-04T12:00:00Z");

/** Proofs of home's image in a place, however they end. */
const proofs: Record<string, Partial<Build>> = {
  "that runs": { status: "running" },
  "that passed": { status: "succeeded", endedAt: noon },
  "that failed its checks": { status: "failed", endedAt: noon, failure: failure("proof") },
  "that was refused": { status: "failed", endedAt: noon, failure: failure("refused") },
  "that had no result": { status: "failed", endedAt: noon, failure: failure("unproved") },
  "that a person stopped": { status: "stopped", endedAt: noon },
};

function failure(kind: "proof" | "refused" | "unproved"): Build["failure"] {
  return { class: kind, cause: kind, lines: [] };
}

/** Home as it may be, with an image `ami-2` that is proved in a place. */
const homes: Record<string, () => Scene> = {
  "whose image is up to date": () => scene().published("ami-2"),
  "whose image is behind": () => scene().published("ami-2").kubernetes("1.35.8"),
  "whose image has no proof yet": () => scene().image("ami-2", { proof: undefined, provedAt: undefined }),
  "whose proof failed": () =>
    scene()
      .image("ami-2", { proof: "failed" })
      .failed("proof", { image: "ami-2", endedAt: noon - hour }),
  "whose image is not visible yet": () => scene().build({ status: "succeeded", image: "ami-2", endedAt: noon }),
  "whose image is lost": () => scene().build({ status: "succeeded", image: "ami-2", endedAt: noon - day }),
  "whose build failed three times": () =>
    scene().failed("capacity").failed("capacity").failed("capacity").image("ami-2", {}, { kubernetes: "1.35.6" }),
  "whose failures were told": () =>
    scene()
      .failed("proof", { startedAt: noon - 3 * hour, endedAt: noon - 2 * hour })
      .notifyAll()
      .image("ami-2"),
  "whose image lacks a record": () =>
    scene().image("ami-2", { made: false, origin: undefined, unrecorded: [{ claim: "proof", record: "x" }] as never }),
  "with an unfinished image": () => {
    const killed = { token: "c".repeat(64), startedAt: noon - 3 * day, endedAt: noon - 3 * day + hour };
    const story = scene().build({ ...killed, status: "stopped", inputs: {} });
    const name = `eks-windows-images/test/${core}/${"c".repeat(12)}`;
    const lacking = { name, token: killed.token, createdAt: killed.startedAt, origin: undefined, inputs: {} };
    return story.image("ami-2", lacking as never);
  },
  "with the snapshot of a lost image": () => {
    const mark = "Created by CreateImage(i-0123456789abcdef0) for ami-2";
    return scene().left({ type: "snapshot", id: "snap-1", mark, state: "completed", createdAt: noon - day });
  },
};

describe.each(Object.keys(homes))("home %s", (home) => {
  test.each(Object.keys(proofs))("decides as without a proof in a place %s", (proof) => {
    const story = homes[home]?.() as Scene;
    for (const later of [0, hour / 4, hour, 2 * day]) {
      story.later(later);
      const expected = plan(story.world);
      const known = story.world.builds.length;
      for (const attempt of [1, 2, 3])
        story.build({ purpose: "prove-place", place: "frankfurt", image: "ami-2", attempt, ...proofs[proof] });

      expect(plan({ ...story.world, configuration: roomFor(story) })).toEqual(expected);

      story.world.builds.splice(0, story.world.builds.length - known);
    }
  });
});

function roomFor({ world: { configuration } }: Scene) {
  return { ...configuration, policies: { ...configuration.policies, maxParallel: 9 } };
}

describe("a proof in a place takes room", () => {
  const behind = () =>
    scene({ policies: { maxParallel: 1 } })
      .published("ami-1")
      .kubernetes("1.35.8");

  test("while it runs", () => {
    const story = behind();
    expect(story.building().do).toBe("build");
    story.build({ purpose: "prove-place", place: "frankfurt", image: "ami-1" });
    expect(story.building()).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining(["waits for its turn: maxParallel is 1"]),
    });
  });

  test("from its order on, and that order is none of home's", () => {
    const story = behind();
    const { token } = ordered();
    story.world.starts = startsIn({ starts: [{ kind: "starts", name: pathOf(token), at: story.world.now }] });

    expect(story.building()).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining(["waits for its turn: maxParallel is 1"]),
    });
    expect(plan({ ...story.world, configuration: roomFor(story) })).toContainEqual(
      expect.objectContaining({ do: "build", variant: core }),
    );
  });

  function pathOf(token: string): string {
    return startRecord({ variant: core, place: "frankfurt", token }).replace(/^starts\//, "");
  }

  test("after what home wants, however old the images are", () => {
    const story = scene({ ...two, policies: { maxParallel: 1 } });
    story.published("ami-1").later(day).published("ami-2", {}, full).kubernetes("1.35.8", full);
    const world = indexWorld(story.world);
    const [old, recent] = [core, full].map((name) => stateOf(world, variantNamed(story.world, name)));
    const inPlace: BuildDecision = { decision: "start", wish: wished(story) };
    const { image: _, place: __, ...common } = wished(story, { variant: variantNamed(story.world, full) });
    const atHome: BuildDecision = {
      decision: "start",
      wish: { ...common, purpose: "build", baseReleased: "2026-11-03", harvestSource: undefined },
    };

    const decisions = withinLimits(world, [
      { state: old as never, decision: inPlace },
      { state: recent as never, decision: atHome },
    ]);

    expect(decisions.map(({ decision }) => decision)).toEqual(["wait", "start"]);
  });
});

test("the orders of home and of each place have lanes of their own, which their records keep", () => {
  const orders = [undefined, "frankfurt", "tokyo"].map((where) => ({ variant: core, place: where, token: "a" }));
  const records = orders.map((order) => ({ kind: "starts", name: startRecord(order).replace("starts/", ""), at: 1 }));

  expect(new Set(orders.map(laneOf)).size).toBe(3);
  expect(startsIn({ starts: records })).toEqual(orders.map((order) => ({ ...order, at: 1 })));
});

test("the proofs of an image in places are found by its ID at home, newest first", () => {
  const story = scene().published("ami-1");
  const inFrankfurt = { purpose: "prove-place", place: "frankfurt", image: "ami-1" } as const;
  story.build({ ...inFrankfurt, startedAt: noon - hour }).build({ ...inFrankfurt, startedAt: noon - 2 * hour });
  story.build({ ...inFrankfurt, image: "ami-9" }).build({ purpose: "prove", image: "ami-1" });

  const found = indexWorld(story.world).builds.inPlaces.get("ami-1") ?? [];

  expect(found.map(({ startedAt }) => startedAt)).toEqual([noon - hour, noon - 2 * hour]);
});
