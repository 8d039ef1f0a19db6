import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSecurityGroupCommand,
  DeleteVolumeCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeTagsCommand,
  paginateDescribeTags,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmulatorWorkshop, openWorkshop } from "./emulator-workshop.ts";

let aws: EmulatorWorkshop;

beforeAll(async () => {
  aws = await openWorkshop();
});

afterAll(() => aws?.stop());

async function tag(resources: string[], key: string): Promise<void> {
  await aws.ec2.send(new CreateTagsCommand({ Resources: resources, Tags: [{ Key: key, Value: "x" }] }));
}

async function taggedWith(key: string): Promise<(string | undefined)[]> {
  const { Tags = [] } = await aws.ec2.send(new DescribeTagsCommand({ Filters: [{ Name: "key", Values: [key] }] }));
  return Tags.map(({ ResourceId }) => ResourceId);
}

async function volume(): Promise<string> {
  const { VolumeId = "" } = await aws.ec2.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 1 }));
  return VolumeId;
}

test("a deleted resource has no tags, and a terminated instance has its tags for an hour", async () => {
  const [kept, deleted, { id }] = [await volume(), await volume(), await aws.machine()];
  await tag([kept, deleted, id], "gone");
  await aws.ec2.send(new DeleteVolumeCommand({ VolumeId: deleted }));
  await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));

  expect(await taggedWith("gone")).toEqual([kept, id]);
  aws.clock.advanceBy(61 * 60_000);
  expect(await taggedWith("gone")).toEqual([kept]);
});

test("a terminated instance cannot be stopped", async () => {
  const { id } = await aws.machine();
  const InstanceIds = [id];
  await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds }));

  await expect(aws.ec2.send(new StopInstancesCommand({ InstanceIds }))).rejects.toThrow(
    `This instance '${id}' is not in a state from which it can be stopped.`,
  );
  const { Reservations } = await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds }));
  expect(Reservations?.[0]?.Instances?.[0]?.State?.Name).toBe("terminated");
});

test("tags are listed page by page", async () => {
  const volumes = await Promise.all(Array.from({ length: 7 }, volume));
  await tag(volumes, "paged");
  const pages: number[] = [];
  const Filters = [{ Name: "key", Values: ["paged"] }];
  for await (const { Tags = [] } of paginateDescribeTags({ client: aws.ec2, pageSize: 5 }, { Filters }))
    pages.push(Tags.length);
  expect(pages).toEqual([5, 2]);
});

test("a security group cannot be deleted while an instance is in it", async () => {
  const { GroupId = "" } = await aws.ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: "packer_1",
      Description: "Temporary",
      VpcId: aws.emulator.network.vpcId,
    }),
  );
  const { Images = [] } = await aws.ec2.send(new DescribeImagesCommand({ Owners: ["amazon"] }));
  const { Instances = [] } = await aws.ec2.send(
    new RunInstancesCommand({
      ImageId: Images[0]?.ImageId,
      InstanceType: "m7i.xlarge",
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: aws.emulator.network.subnetId, Groups: [GroupId] }],
    }),
  );
  const remove = () => aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));

  await expect(remove()).rejects.toMatchObject({ name: "DependencyViolation" });
  await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [Instances[0]?.InstanceId ?? ""] }));
  await remove();
});
