import { expect, test } from "vitest";
import { plan } from "../../../../functions/domain/plan.ts";
import { apps, ireland, placed, volumeKeyArn } from "../../../placed.ts";
import { core, hour, type Scene, scene } from "../../../scene.ts";

const token = "f".repeat(64);

/** `stable` holds `ami-1` at home, and its copy is available in a place that proves. */
function copied(place: object = { ...ireland, prove: true }): Scene {
  const story = scene({ places: [place as never], policies: { volumeKeyArn, maxParallel: 1 } }).published("ami-1");
  placed(story, "ireland").copied("ami-1", "ami-c1");
  return story;
}

function proofs({ world }: Scene) {
  return plan(world).flatMap((one) => (one.do === "prove-place" ? [one] : []));
}

function waits({ world }: Scene): string {
  const all = plan(world).filter((one) => one.do === "wait" && one.for === "place");
  return all.flatMap((one) => ("reasons" in one ? one.reasons : [])).join("; ");
}

test("an image is booted in a place that proves, once it is available there", () => {
  const [proof, ...others] = proofs(copied());

  expect(others).toEqual([]);
  expect(proof).toMatchObject({ variant: core, order: { place: "ireland", variables: { IMAGE_ID: "ami-1" } } });
  expect(JSON.parse(proof?.order.variables.PLACE ?? "")).toMatchObject({ region: "eu-west-1", image: "ami-c1" });
  expect(proofs(copied(ireland))).toEqual([]);
});

test("in another account by that account's role, with the external ID", () => {
  const place = { ...apps, name: "ireland", prove: true };
  const story = scene({ places: [place], policies: { volumeKeyArn } }).published("ami-1");
  placed(story, "ireland").shared("ami-1");

  const PLACE = proofs(story)[0]?.order.variables.PLACE ?? "";
  expect(JSON.parse(PLACE)).toMatchObject({
    roleArn: apps.roleArn,
    externalId: "eks-windows-images:test",
    image: "ami-1",
  });
});

test("not once more while it runs, once it has passed, while it is paused, or while builds take all the room", () => {
  const running = copied().build({ purpose: "prove-place", place: "ireland", image: "ami-1" });
  expect(proofs(running)).toEqual([]);
  expect(waits(running)).toContain("ami-c1 in ireland is being booted");

  const passed = copied();
  placed(passed, "ireland")
    .copied("ami-1", "ami-c1")
    .records("ami-1", { proofs: [{ result: "passed", token, at: passed.world.now }] });
  expect(proofs(passed)).toEqual([]);

  expect(proofs(copied().pause())).toEqual([]);
  expect(proofs(copied().build({ variant: "windows-2022-full-1.35", inputs: {} }))).toEqual([]);
});

test("of a later copy although an earlier one has passed", () => {
  const story = scene({ places: [{ ...ireland, prove: true }] }).published("ami-1");
  const there = placed(story, "ireland").copied("ami-1", "ami-gone", { at: story.world.now - 9 * hour });
  there.records("ami-1", { proofs: [{ result: "passed", token, at: story.world.now - 8 * hour }] });
  there.copied("ami-1", "ami-c1", { at: story.world.now - 7 * hour });

  expect(proofs(story)).toHaveLength(1);
  expect(waits(story)).toContain("ami-c1 has not booted there yet");
});

const attempt = { purpose: "prove-place" as const, place: "ireland", image: "ami-1", status: "failed" as const };

test("after a failure six hours later as another attempt, three times in all", () => {
  const story = copied();
  const build = { ...attempt, failure: { class: "proof" as const, cause: "kubelet does not run", lines: [] } };
  story.build({ ...build, endedAt: story.world.now });
  expect(proofs(story)).toEqual([]);
  expect(proofs(story.later(6 * hour))[0]?.order.attempt).toBe(2);

  for (let failure = 0; failure < 2; failure++) story.build({ ...build, endedAt: story.world.now });
  story.later(6 * hour);
  expect(proofs(story)).toEqual([]);
  expect(waits(story)).toContain("did not pass its proof 3 times");
});

test("every six hours while something else than the image is in the way, of which subscribers hear once", () => {
  const story = copied();
  const failure = { class: "capacity" as const, cause: "no default VPC", lines: [] };
  for (let failures = 0; failures < 4; failures++)
    story.build({ ...attempt, failure, endedAt: story.world.now }).later(6 * hour);
  expect(proofs(story)[0]?.order.attempt).toBe(5);

  story.build({ ...attempt, failure, endedAt: story.world.now });
  expect(waits(story)).toContain("ami-c1 in ireland could not be booted (capacity: no default VPC)");
  expect(story.notifications("place-failed")).toMatchObject([
    { place: "ireland", of: "proof", image: "ami-1", why: "capacity: no default VPC" },
  ]);
});
