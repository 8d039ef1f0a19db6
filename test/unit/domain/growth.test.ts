import { describe, expect, test } from "vitest";
import { planOf } from "../../../functions/api/plan.ts";
import { statusOf } from "../../../functions/api/status.ts";
import { decideFleets } from "../../../functions/domain/fleets/decide.ts";
import { indexWorld, withReread } from "../../../functions/domain/indexed-world.ts";
import { suspects } from "../../../functions/domain/leftovers.ts";
import { plan, writesFor } from "../../../functions/domain/plan.ts";
import { retirementCandidates } from "../../../functions/domain/publishing/retention.ts";
import { statesOf } from "../../../functions/domain/variant-state.ts";
import type { World } from "../../../functions/domain/world.ts";
import { tokenOf } from "../../../functions/reconcile/log.ts";
import { measurementsOf } from "../../../functions/reconcile/measurements.ts";
import { bigWorld } from "../../big-world.ts";
import { fleetsOf } from "../../fleet-scene.ts";
import { countVisits } from "../../visits.ts";
import type { OpenWorld } from "../../world.ts";

/** The exponent with which the visits to a world grow from 60 to 600 variants: 1 if each variant costs the same. */
function growthOf(decide: (world: World) => unknown, change: (world: World) => void = () => {}): number {
  const [few, many] = [60, 600].map((variants) => {
    const world = bigWorld(variants);
    change(world);
    const { value, visits } = countVisits<World>(world);
    decide(value);
    return visits();
  }) as [number, number];
  return Math.log10(many / few);
}

describe("each variant costs the same, however many there are:", () => {
  test.each<[string, (world: World) => unknown]>([
    ["the plan", plan],
    ["the plan as an answer", planOf],
    ["the status", (world) => statusOf(world, "/channels")],
    ["which images may be in use", retirementCandidates],
    ["which resources may be left behind", (world) => suspects(snapshotsOf(world), world)],
    ["what is measured and logged", observeRun],
  ])("%s", (_, decide) => {
    expect(growthOf(decide)).toBeLessThanOrEqual(1.1);
  });

  test.each<[string, (world: World) => void]>([
    ["every base has a new release", everyBase],
    ["every image is revoked", (world) => forEachImage(world, (image) => Object.assign(image, { revoked }))],
    [
      "no image is recorded",
      (world) => forEachImage(world, (image) => Object.assign(image, { made: false, unrecorded })),
    ],
    ["every image has lost its inputs", (world) => forEachImage(world, (image) => Object.assign(image, emptied))],
    ["every channel is gone", (world) => Object.assign(world, { channels: {} })],
    ["every image of a channel is gone", everyHeld],
    ["subscribers have heard of nothing", (world) => Object.assign(world, { notified: new Set() })],
    ["every build has failed", (world) => Object.assign(world, { builds: world.builds.map(failed) })],
    ["every variant waits for a harvest of one image", everyHarvest],
    ["every image has left something behind", everyLeftover],
    ["every variant was removed and is retired", everyRemoved],
    ["a fleet follows every sixth variant", everySixthHasFleet],
  ])("the plan and the status if %s", (_, change) => {
    expect(growthOf((world) => statusOf(world, "/channels"), change)).toBeLessThanOrEqual(1.1);
  });
});

describe("fleets", () => {
  /** Visits to a world of 60 variants by its plan. */
  function visitsWith(fleets: number, change: (world: OpenWorld) => void = () => {}): number {
    const world = bigWorld(60);
    addFleets(world, fleets, 1);
    change(world);
    const { value, visits } = countVisits<World>(world);
    plan(value);
    return visits();
  }

  test("cost the plan as much each, however many there are", () => {
    const [none, few, many] = [visitsWith(0), visitsWith(10), visitsWith(100)];
    expect(Math.log10((many - none) / (few - none))).toBeLessThanOrEqual(1.1);
  });

  test("of one wave cost as much each, too", () => {
    const wave = ({ configuration }: OpenWorld) => {
      for (const fleet of configuration.fleets) fleet.wave = "eu";
    };
    const [none, few, many] = [visitsWith(0), visitsWith(10, wave), visitsWith(100, wave)];
    expect(Math.log10((many - none) / (few - none))).toBeLessThanOrEqual(1.1);
  });

  test("that do not exist cost nothing: no image is looked up by its ID", () => {
    const world = indexWorld(bigWorld(60));
    const imagesById = () => {
      throw new Error("the images were looked up");
    };
    expect(decideFleets({ ...world, imagesById })).toEqual([]);
  });
});

const revoked = { reason: "bad", by: undefined, at: undefined };
const unrecorded = [{ claim: "that this service made it", record: "adoptions/ami-1/made" }];
const emptied = { inputs: {}, origin: undefined, made: false };
const eksImage = "ami-0000000000000ea52";

function forEachImage(world: World, change: (image: World["images"][number]) => void): void {
  world.images.forEach(change);
}

function everyBase({ upstream }: World): void {
  for (const source of Object.values(upstream)) source.baseAmi = { state: "known", value: "ami-00000000000000003" };
}

function everyHeld({ channels }: World): void {
  for (const held of Object.values(channels))
    for (const channel of Object.values(held)) Object.assign(channel, { image: "ami-gone", holds: { status: "gone" } });
}

function failed(build: World["builds"][number]): World["builds"][number] {
  return { ...build, status: "failed", failure: { class: "test", cause: "1 of 9 tests failed", lines: [] } };
}

function everyHarvest(world: World): void {
  world.harvests[eksImage] = { state: "missing", why: "nothing has been harvested yet" };
  for (const source of Object.values(world.upstream))
    Object.assign(source, { harvestSource: { state: "known", value: eksImage }, harvestImage: { state: "there" } });
}

function everyLeftover({ images, leftovers, now }: World): void {
  for (const { id, variant, token = "" } of images) {
    const left = { variant, token, createdAt: now - 1e9, images: [] };
    leftovers.found.push({ ...left, type: "instance", id: `i-${id}`, state: "running", mark: "guest" });
    leftovers.found.push({ ...left, type: "volume", id: `vol-${id}`, state: "in-use", mark: undefined });
  }
}

function everyRemoved({ configuration }: World): void {
  configuration.retiredVariants = configuration.variants.map(({ name }) => name);
  configuration.variants = [];
}

/** Each follows a variant, whose channel has moved on since, and was rolled 50 times. */
function addFleets(world: OpenWorld, count: number, everyNth: number): void {
  const fleets = fleetsOf(world);
  for (let index = 0; index < count; index++) {
    const variant = `line-${(index * everyNth) % world.configuration.variants.length}`;
    if (!world.channels[variant]?.stable) continue;
    const name = `fleet-${index}`;
    fleets.add(name, { variant });
    for (let n = 0; n < 50; n++) fleets.rollout(name, `ami-${n}`, { ago: (51 - n) * 1e6, status: "failed" });
  }
}

function everySixthHasFleet(world: World): void {
  addFleets(world as OpenWorld, world.configuration.variants.length / 6, 6);
}

function snapshotsOf({ images }: World) {
  return images.map(({ id, variant, token = "" }) => ({ type: "snapshot" as const, id: `snap-${id}`, variant, token }));
}

/** What a run measures and logs about its plan. */
function observeRun(observed: World) {
  const world = indexWorld(observed);
  const outcomes = plan(observed).map((action) => ({ action, result: "done" as const }));
  for (const { action } of outcomes) tokenOf(action, world);
  return measurementsOf({ world, states: statesOf(world), triggers: [], outcomes, milliseconds: 1 });
}

test("a variant that is read again right before a write, and has not changed, gets the same writes", () => {
  const world = bigWorld(60);
  const indexed = indexWorld(world);
  const name = "line-9";
  const images = world.images.filter(({ variant }) => variant === name);
  const { now, channels, references, pauses, revokedByRecord } = world;

  const fresh = withReread(indexed, name, { now, images, channels, references, pauses, revokedByRecord });

  expect(writesFor(fresh, name)).toEqual(writesFor(indexed, name));
});
