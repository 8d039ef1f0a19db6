import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callsOf, tagsAtBirth } from "./calls.ts";
import { bucket } from "./codebuild.ts";
import { type Harvest, harvestOf } from "./harvests.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { describeImage, rootVolume } from "./made-images.ts";
import { assembled, harvested } from "./order.ts";
import { expectRecorded } from "./recorded-order.ts";
import { build, describeRun, machine, runTags } from "./runs.ts";
import { openWorkshop, type Run, type Workshop } from "./workshop.ts";

// The real Packer harvests twice, assembles an image with two rounds of updates and proves it twice, because its first
// start is slow. This takes about 120 s, most of it Packer's sleeps.
const eksImageName = "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.14";

/** A key of the user, as an account may require it. */
const volumeKey = "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab";
const deployment = { volume_key_arn: volumeKey };

let workshop: Workshop;
let eksImage: string;
let plainImage: string;
let harvest: Run;
let again: Run;
let assembly: Run;
let harvests: { first: Harvest; again: Harvest };

beforeAll(async () => {
  workshop = await openWorkshop();
  const { addPublicImage } = workshop.emulator;
  eksImage = await addPublicImage({ name: eksImageName });
  plainImage = await addPublicImage({ name: "Windows_Server-2022-English-Full-Base-2026.10.14" });
  const sameRelease = await addPublicImage({ name: eksImageName });
  [harvest, again] = await Promise.all([
    workshop.run({ wish: harvested(eksImage, 1), deployment }),
    workshop.run({ wish: harvested(sameRelease, 1) }),
  ]);
  harvests = {
    first: await harvestOf(workshop.s3, eksImage),
    again: await harvestOf(workshop.s3, sameRelease),
  };
  const taken = { image: eksImage, manifest: harvests.first.sha256 };
  workshop.machines.behave({ step: "boot", pace: 2, times: 1, when: ({ tags }) => /^proof of /.test(tags.Name ?? "") });
  const environment = { SLOW_START_SECONDS: "300" };
  assembly = await workshop.run({ wish: assembled(plainImage, taken, 1), deployment, environment, updateRounds: 2 });
});

afterAll(async () => {
  await workshop?.stop();
});

describeRun("a harvest", () => harvest);
describeRun("a build of assemble", () => assembly);

describe("a harvest", () => {
  test("makes no image, and runs on an instance that may write to the bucket and accepts IMDSv2 only", () => {
    const [request] = callsOf(build(harvest), "RunInstances");

    expect(request).toMatchObject({
      ImageId: eksImage,
      IamInstanceProfile: { Name: "harvest" },
      MetadataOptions: { HttpTokens: "required" },
    });
    expect(tagsAtBirth(build(harvest), "RunInstances", "instance")).toEqual(runTags(harvest));
    expect(callsOf(build(harvest), "CreateImage")).toEqual([]);
    expect(harvest.exported).toMatchObject({ IMAGE_ID: "", FAILURE_CLASS: "" });
  });

  test("runs on an encrypted disk of the image's size, with the user's key if there is one", () => {
    const [withKey] = callsOf(build(harvest), "RunInstances");
    const [without] = callsOf(build(again), "RunInstances");

    expect(withKey?.BlockDeviceMappings).toEqual(rootVolume({ KmsKeyId: volumeKey }));
    expect(without?.BlockDeviceMappings).toEqual(rootVolume({ KmsKeyId: undefined }));
  });

  test("only writes, only below its own prefix, and the manifest last", async () => {
    const prefix = `harvest/${eksImage}`;
    const calls = (await workshop.emulator.calls()).filter(({ role }) => role === "harvest");
    const ofThis = calls.filter(({ parameters }) => String(parameters.Key).startsWith(`${prefix}/`));
    const { files } = harvests.first.manifest;

    expect(calls.filter(({ service, operation }) => service !== "s3" || operation !== "PutObject")).toEqual([]);
    expect(calls.filter(({ parameters }) => !/^harvest\/ami-\w+\//.test(String(parameters.Key)))).toEqual([]);
    expect(new Set(ofThis.map(({ parameters }) => parameters.Bucket))).toEqual(new Set([bucket]));
    expect(ofThis.at(-1)?.parameters.Key).toBe(`${prefix}/manifest.json`);
    expect(new Set(ofThis.slice(0, -1).map(({ parameters }) => parameters.Key))).toEqual(
      new Set(files.map(({ sha256 }) => `${prefix}/files/${sha256}`)),
    );
  });

  test("of the same release always has the same bytes", () => {
    expect(again.succeeded, again.log).toBe(true);
    expect(harvests.again.text).toBe(harvests.first.text);
  });

  test("provides the files of the assembled image, which are all that its machine reads", async () => {
    const calls = (await workshop.emulator.calls()).filter(({ role }) => role === "guest");
    const { files } = harvests.first.manifest;
    const report = JSON.parse((await workshop.read(`reports/${assembly.exported.IMAGE_ID}/report.json`)).toString());

    expect(new Set(calls.map(({ operation }) => operation))).toEqual(new Set(["GetObject"]));
    expect(new Set(calls.map(({ parameters }) => parameters.Key))).toEqual(
      new Set([harvests.first.key, ...files.map(({ sha256 }) => `harvest/${eksImage}/files/${sha256}`)]),
    );
    for (const { path, sha256 } of files)
      expect(report.binaries).toContainEqual({ path, sha256, version: expect.any(String), from: "harvest" });
  });
});

describe("what Packer does to the machine", () => {
  test("is the recorded order of assemble", async () => {
    await expectRecorded("assemble", machine(assembly));
  });

  test("is the recorded order of a harvest", async () => {
    await expectRecorded("harvest", machine(harvest));
  });
});

describeImage(
  "assemble",
  () => workshop,
  () => assembly,
  () => plainImage,
  volumeKey,
);

test("an image whose start is slow is booted once more, and its report has the faster start", async () => {
  const { exported, parts, log } = assembly;
  const { start } = JSON.parse((await workshop.read(`reports/${exported.IMAGE_ID}/proof.json`)).toString());

  expect(parts.map(({ transcript }) => transcript.imageId)).toEqual([plainImage, exported.IMAGE_ID, exported.IMAGE_ID]);
  expect(log).toContain("took longer than 300 s. It is measured once more.");
  expect(start).toMatchObject({ containerdSeconds: 60, containerSeconds: 120 });
  expect(start.slowerSeconds).toBeGreaterThan(360);
});

test("no temporary resource is left", async () => {
  await expectNothingLeft(workshop.ec2);
});
