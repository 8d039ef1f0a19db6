import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Graph } from "../infra/graph.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { describeImage } from "./made-images.ts";
import { layered } from "./order.ts";
import { deployedOutsideVpc, judgeBuilds } from "./permissions.ts";
import { expectRecorded } from "./recorded-order.ts";
import { describeRun, machine, proof } from "./runs.ts";
import { openWorkshop, type Run, type Workshop } from "./workshop.ts";

// The real Packer builds one image and proves it. This takes about 55 s, of which Packer sleeps 40.
let workshop: Workshop;
let eksImage: string;
let layer: Run;
let graph: Graph;

beforeAll(async () => {
  workshop = await openWorkshop();
  eksImage = await workshop.emulator.addPublicImage({
    name: "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.14",
  });
  // Packer sleeps most of the time, in which the deployment can be evaluated.
  [layer, graph] = await Promise.all([workshop.run({ wish: layered(eksImage, 1) }), deployedOutsideVpc()]);
});

afterAll(async () => {
  await workshop?.stop();
});

describeRun("a build of layer", () => layer);

describe("what Packer does to the machine", () => {
  test("is the recorded order of layer", async () => {
    await expectRecorded("layer", machine(layer));
  });

  test("is the recorded order of the proof", async () => {
    await expectRecorded("proof", proof(layer).transcript);
  });
});

describeImage(
  "layer",
  () => workshop,
  () => layer,
  () => eksImage,
);

test("Packer makes only calls that the deployed build role allows, and creates its own security group", async () => {
  const { denied, needed } = await judgeBuilds(workshop.emulator, graph);

  expect(denied).toEqual([]);
  for (const operation of ["CreateSecurityGroup", "AuthorizeSecurityGroupIngress", "DeleteSecurityGroup"])
    expect(needed).toContain(`ec2:${operation}`);
});

test("no temporary resource is left", async () => {
  await expectNothingLeft(workshop.ec2);
});
