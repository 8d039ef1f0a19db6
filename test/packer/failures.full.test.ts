import { DescribeImagesCommand, DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { plain } from "./calls.ts";
import { barren, type Failing, failing, unproved } from "./failing.ts";
import { harvestOf } from "./harvests.ts";
import type { Scene } from "./injections.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { assembled, harvested, layered } from "./order.ts";
import { deployedOutsideVpc, judgeBuilds } from "./permissions.ts";
import { openWorkshop, type Run } from "./workshop.ts";

// Each test is a whole build by the real buildspec and the real Packer, which sleeps most of the time. Eight run side
// by side, the longest first.
vi.setConfig({ maxConcurrency: 8 });

const eksImageName = "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.14";

let scene: Scene;
let attempts = 0;

beforeAll(async () => {
  const workshop = await openWorkshop();
  const [eksImage, plainImage] = (await Promise.all(
    [eksImageName, "Windows_Server-2022-English-Full-Base-2026.10.14"].map((name) =>
      workshop.emulator.addPublicImage({ name }),
    ),
  )) as [string, string];
  const { succeeded, log } = await workshop.run({ wish: harvested(eksImage, 0) });
  if (!succeeded) throw new Error(`harvesting\n${log}`);
  scene = { workshop, eksImage, plainImage, harvest: await harvestOf(workshop.s3, eksImage) };
});

afterAll(async () => {
  await scene?.workshop.stop();
});

test.concurrent.for(unproved)("an image is not publishable if $what", async (expected) => {
  const run = await fail(expected);

  expectFailure(run, expected);
  expect(run.exported).toMatchObject({ IMAGE_ID: expect.stringMatching(/^ami-/), PROOF: expected.proof ?? "" });
  expect(await proofsOf(run)).toEqual([expected.proof]);
  await expectEnded(run);
});

test.concurrent.for(failing)("a build makes no image if $what", async (expected) => {
  const run = await fail(expected);

  expectFailure(run, expected);
  expect(run.exported).toMatchObject({ IMAGE_ID: "", PROOF: "" });
  expect(await proofsOf(run)).toEqual([]);
  await expectEnded(run);
});

test.concurrent.for(barren)("a harvest leaves no manifest if $what", async (expected) => {
  const image = await scene.workshop.emulator.addPublicImage({ name: eksImageName });

  const run = await fail(expected, image);

  expectFailure(run, expected);
  await expect(harvestOf(scene.workshop.s3, image)).rejects.toThrow();
  await expectEnded(run);
});

test("the deployed build role may remove everything that a failed build removes", async () => {
  const { denied, needed } = await judgeBuilds(scene.workshop.emulator, await deployedOutsideVpc());

  expect(denied).toEqual([]);
  expect(needed).toContain("ec2:TerminateInstances");
});

test("no temporary resource is left", async () => {
  await expectNothingLeft(scene.workshop.ec2);
});

async function fail({ injection, kind = "layer" }: Failing, image = scene.eksImage): Promise<Run> {
  const { workshop, plainImage, eksImage, harvest } = scene;
  const attempt = ++attempts;
  const wishes = {
    layer: layered(eksImage, attempt),
    assemble: assembled(plainImage, { image: eksImage, manifest: harvest.sha256 }, attempt),
    harvest: harvested(image, attempt),
  };
  const otherwise = await injection.order?.(scene, attempt);
  return workshop.run({ wish: wishes[kind], ...otherwise }, async (token, role) => {
    await injection.prepare?.(workshop, token, role);
  });
}

/** Checks what subscribers read and what the log ends with. */
function expectFailure({ succeeded, exported, log }: Run, { failureClass, cause, said }: Failing): void {
  const ending = `FAILURE_CLASS=${exported.FAILURE_CLASS}\nFAILURE_CAUSE=${exported.FAILURE_CAUSE}\n`;

  expect(succeeded).toBe(false);
  expect(exported, log).toMatchObject({ FAILURE_CLASS: failureClass, FAILURE_CAUSE: expect.stringContaining(cause) });
  expect(log.split("\n").slice(-4).join("\n")).toContain(ending);
  expect(exported.FAILURE_LINES).toContain(said ?? cause.replace(/^[\w-]+: /, ""));
}

/** Returns the proof tag of each image of the run. */
async function proofsOf({ order }: Run): Promise<(string | undefined)[]> {
  const { Images = [] } = await scene.workshop.ec2.send(new DescribeImagesCommand({ Filters: ofRun(order.token) }));
  return Images.map(({ Tags }) => plain(Tags)["eks-windows-images:proof"]);
}

/** Checks that the machines of the run are terminated. */
async function expectEnded({ order, parts }: Run): Promise<void> {
  const { ec2 } = scene.workshop;
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters: ofRun(order.token) }));
  const states = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name));

  expect(states).toEqual(parts.map(() => "terminated"));
}

function ofRun(token: string) {
  return [{ Name: "tag:eks-windows-images:token", Values: [token] }];
}
