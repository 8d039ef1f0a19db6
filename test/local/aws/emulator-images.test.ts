import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeregisterImageCommand,
  DescribeImageReferencesCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  DisableImageCommand,
  DisableImageDeprecationCommand,
  EnableImageCommand,
  EnableImageDeprecationCommand,
  ModifyImageAttributeCommand,
  paginateDescribeImageReferences,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../eventually.ts";
import { type EmulatorWorkshop, openWorkshop } from "./emulator-workshop.ts";

let aws: EmulatorWorkshop;

beforeAll(async () => {
  aws = await openWorkshop();
});

afterAll(() => aws?.stop());

test("an image has its tags, its date on the stack's clock, and tags on its snapshot", async () => {
  const id = await aws.image();

  const { Images = [] } = await aws.ec2.send(new DescribeImagesCommand({ Owners: ["self"], ImageIds: [id] }));
  const snapshot = Images[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? "";
  const { Snapshots = [] } = await aws.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshot] }));

  const tags = [{ Key: "eks-windows-images:variant", Value: "windows-2022-core-1.35" }];
  expect(Images).toMatchObject([{ State: "available", Platform: "windows", RootDeviceType: "ebs", Tags: tags }]);
  expect(Images[0]?.CreationDate?.slice(0, 10)).toBe(aws.clock.now().toISOString().slice(0, 10));
  expect(Snapshots[0]?.Tags).toEqual(tags);
});

test("an image demands IMDSv2 once its attribute says so", async () => {
  const id = await aws.image();
  const describe = async () => (await aws.ec2.send(new DescribeImagesCommand({ ImageIds: [id] }))).Images?.[0];

  const before = await describe();
  await aws.ec2.send(new ModifyImageAttributeCommand({ ImageId: id, ImdsSupport: { Value: "v2.0" } }));

  expect(before).not.toHaveProperty("ImdsSupport");
  expect(await describe()).toMatchObject({ ImdsSupport: "v2.0" });
});

test("a disabled image is listed only for callers that ask for disabled images", async () => {
  const id = await aws.image();
  await aws.ec2.send(new DisableImageCommand({ ImageId: id }));

  const plain = await aws.ec2.send(new DescribeImagesCommand({ Owners: ["self"], ImageIds: [id] }));
  const all = await aws.ec2.send(
    new DescribeImagesCommand({ Owners: ["self"], ImageIds: [id], IncludeDisabled: true }),
  );

  expect(plain.Images).toEqual([]);
  expect(all.Images).toMatchObject([{ ImageId: id, State: "disabled" }]);
});

test("the emulator follows the clock when it advances", async () => {
  const before = await aws.image();
  aws.clock.advanceBy(30 * 24 * 3600 * 1000);
  const after = await aws.image();

  const { Images = [] } = await aws.ec2.send(new DescribeImagesCommand({ ImageIds: [before, after] }));

  const [older = 0, newer = 0] = [before, after].map((id) =>
    Date.parse(Images.find(({ ImageId }) => ImageId === id)?.CreationDate ?? ""),
  );
  expect(Math.round((newer - older) / (24 * 3600 * 1000))).toBe(30);
});

test("a disabled image cannot be launched until it is enabled again", async () => {
  const id = await aws.image();
  await aws.ec2.send(new DisableImageCommand({ ImageId: id }));

  await expect(aws.machine(undefined, id)).rejects.toMatchObject({ name: "InvalidAMIID.Unavailable" });
  await aws.ec2.send(new EnableImageCommand({ ImageId: id }));

  expect((await aws.machine(undefined, id)).id).toMatch(/^i-/);
});

test("a deprecated image has its deprecation time to the minute, and its owner still sees and launches it", async () => {
  const id = await aws.image();
  const at = new Date(aws.clock.now().getTime() + 90_000);

  await aws.ec2.send(new EnableImageDeprecationCommand({ ImageId: id, DeprecateAt: at }));
  aws.clock.advanceTo(new Date(at.getTime() + 600_000));
  const deprecated = await aws.ec2.send(new DescribeImagesCommand({ Owners: ["self"], ImageIds: [id] }));
  await aws.machine(undefined, id);
  await aws.ec2.send(new DisableImageDeprecationCommand({ ImageId: id }));
  const restored = await aws.ec2.send(new DescribeImagesCommand({ Owners: ["self"], ImageIds: [id] }));

  const deprecatedAt = deprecated.Images?.[0]?.DeprecationTime ?? "";
  expect(deprecatedAt).toMatch(/:00\.000Z$/);
  expect(Math.abs(Date.parse(deprecatedAt) - at.getTime())).toBeLessThanOrEqual(30_000);
  expect(restored.Images?.[0]?.DeprecationTime).toBeUndefined();
});

test("an image cannot be deprecated in the past", async () => {
  const ImageId = await aws.image();
  const DeprecateAt = new Date(aws.clock.now().getTime() - 60_000);

  await expect(aws.ec2.send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt }))).rejects.toThrow(
    /in the past/,
  );
});

test("deregistering an image deletes its snapshot on request", async () => {
  const [kept, taken] = [await aws.image(), await aws.image()];
  const snapshots = await Promise.all([kept, taken].map(snapshotOf));

  await aws.ec2.send(new DeregisterImageCommand({ ImageId: kept }));
  const answer = await aws.ec2.send(new DeregisterImageCommand({ ImageId: taken, DeleteAssociatedSnapshots: true }));

  const { Snapshots = [] } = await aws.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
  const left = Snapshots.map(({ SnapshotId }) => SnapshotId);
  expect(answer.DeleteSnapshotResults).toEqual([{ SnapshotId: snapshots[1], ReturnCode: "success" }]);
  expect(left).toContain(snapshots[0]);
  expect(left).not.toContain(snapshots[1]);
  await expect(aws.machine(undefined, taken)).rejects.toMatchObject({ name: "InvalidAMIID.Unavailable" });
});

describe("DescribeImageReferences", () => {
  test("lists instances, the newest versions of launch templates, and parameters, in pages", async () => {
    const [id, other] = [await aws.image(), await aws.image()];
    const { id: instance } = await aws.machine(undefined, id);
    const template = await launchTemplate([id]);
    await launchTemplate([id, ...Array.from({ length: 10 }, () => other)]);
    const parameter = `/eks-windows-images/test/channels/${aws.fresh("variant")}/stable`;
    await aws.ssm.send(
      new PutParameterCommand({ Name: parameter, Value: id, Type: "String", DataType: "aws:ec2:image" }),
    );
    await eventually("the parameter is written", async () => (await aws.parameterValue(parameter)) === id);

    const pages = [];
    const request = { ImageIds: [id], IncludeAllResourceTypes: true };
    for await (const page of paginateDescribeImageReferences({ client: aws.ec2, pageSize: 2 }, request))
      pages.push(page.ImageReferences ?? []);

    expect(pages.map(({ length }) => length)).toEqual([2, 1]);
    const here = `${aws.emulator.region}:${aws.emulator.accountId}`;
    expect(pages.flat()).toEqual([
      { ImageId: id, ResourceType: "ec2:Instance", Arn: `arn:aws:ec2:${here}:instance/${instance}` },
      { ImageId: id, ResourceType: "ec2:LaunchTemplate", Arn: `arn:aws:ec2:${here}:launch-template/${template}` },
      { ImageId: id, ResourceType: "ssm:Parameter", Arn: `arn:aws:ssm:${here}:parameter${parameter}` },
    ]);
  });

  test("takes at most ten images and lists only the requested types of resources", async () => {
    const id = await aws.image();
    await aws.machine(undefined, id);
    const ask = (ImageIds: string[], more: object) =>
      aws.ec2.send(new DescribeImageReferencesCommand({ ImageIds, ...more }));

    const templates = await ask([id], { ResourceTypes: [{ ResourceType: "ec2:LaunchTemplate" }] });

    expect(templates.ImageReferences).toEqual([]);
    await expect(
      ask(
        Array.from({ length: 11 }, () => id),
        { IncludeAllResourceTypes: true },
      ),
    ).rejects.toThrow(/10/);
    await expect(ask([id], {})).rejects.toThrow(/must be specified/);
  });

  test("forgets an instance an hour after it was terminated", async () => {
    const id = await aws.image();
    const { id: instance } = await aws.machine(undefined, id);
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance] }));
    const references = async () =>
      (await aws.ec2.send(new DescribeImageReferencesCommand({ ImageIds: [id], IncludeAllResourceTypes: true })))
        .ImageReferences;

    const atOnce = await references();
    aws.clock.advanceBy(2 * 3_600_000);

    expect(atOnce).toHaveLength(1);
    expect(await references()).toEqual([]);
  });
});

async function snapshotOf(id: string): Promise<string> {
  const { Images = [] } = await aws.ec2.send(new DescribeImagesCommand({ ImageIds: [id] }));
  return Images[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? "";
}

/** Creates a launch template with one version per image. */
async function launchTemplate([first, ...images]: string[]): Promise<string> {
  const LaunchTemplateName = aws.fresh("template");
  const { LaunchTemplate } = await aws.ec2.send(
    new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData: { ImageId: first } }),
  );
  for (const ImageId of images)
    await aws.ec2.send(new CreateLaunchTemplateVersionCommand({ LaunchTemplateName, LaunchTemplateData: { ImageId } }));
  return LaunchTemplate?.LaunchTemplateId ?? "";
}
