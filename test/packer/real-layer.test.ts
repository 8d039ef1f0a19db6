import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stepsOf } from "../../local/model/transcript.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { describeImage } from "./made-images.ts";
import { layered } from "./order.ts";
import { judgeBuilds } from "./permissions.ts";
import { describeRun, elevated, machine } from "./runs.ts";
import { openWorkshop, type Run, type Workshop } from "./workshop.ts";

// One image by the real Packer, with two rounds of updates, and its proof: some 60 s, nearly all of which Packer sleeps.
const TIMEOUT_MS = 180_000;

let workshop: Workshop;
let eksImage: string;
let layer: Run;

beforeAll(async () => {
  workshop = await openWorkshop();
  eksImage = await workshop.emulator.addPublicImage({
    name: "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.14",
  });
  layer = await workshop.run({ wish: layered(eksImage, 1), updateRounds: 2 });
}, TIMEOUT_MS);

afterAll(async () => {
  await workshop?.stop();
});

describeRun("a build of layer", () => layer);

describe("the steps of layer", () => {
  test("come in order, with a restart after each round of updates and after the user's own scripts", () => {
    expect(stepsOf(machine(layer))).toEqual([
      "10-files",
      "12-prerequisites",
      "20-windows-updates",
      "restart",
      "20-windows-updates",
      "restart",
      "25-updates-complete",
      "30-aws-cli",
      "33-kubernetes",
      "34-eks-tools",
      "40-containerd",
      "50-container-images",
      "60-custom",
      "restart",
      "70-verify",
      "80-report",
      "90-sysprep",
    ]);
  });

  test("install updates as SYSTEM and do everything else as Administrator", () => {
    expect(elevated(layer)).toEqual(["20-windows-updates", "20-windows-updates", "25-updates-complete"]);
  });
});

describeImage(
  "layer",
  () => workshop,
  () => layer,
  () => eksImage,
);

test("Packer calls nothing that the deployed build role may not, and makes its security group itself", async () => {
  const { denied, needed } = await judgeBuilds(workshop.emulator);

  expect(denied).toEqual([]);
  for (const operation of ["CreateSecurityGroup", "AuthorizeSecurityGroupIngress", "DeleteSecurityGroup"])
    expect(needed).toContain(`ec2:${operation}`);
}, 60_000);

test("nothing is left of what was made on the way", async () => {
  await expectNothingLeft(workshop.ec2);
});
