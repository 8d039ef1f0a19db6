import type {
  DeleteKeyPairCommandInput,
  DeleteSecurityGroupCommandInput,
  DeleteSnapshotCommandInput,
  DeleteVolumeCommandInput,
  DescribeInstancesCommandInput,
  Filter,
  TerminateInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { type Account, ServiceError } from "./account.ts";

/** Machines and what belongs to them: what a build runs, and what it may leave behind. */
export const guests = {
  DescribeInstances({ instances }: Account, { Filters = [] }: DescribeInstancesCommandInput) {
    const Instances = instances.filter(
      ({ InstanceId = "", ImageId = "", State, Tags = [] }) =>
        Filters.filter(({ Name = "" }) => Name.startsWith("tag:")).every(({ Name = "", Values = [] }) =>
          Tags.some(({ Key, Value = "" }) => `tag:${Key}` === Name && Values.includes(Value)),
        ) &&
        allows(Filters, "instance-id", InstanceId) &&
        allows(Filters, "image-id", ImageId) &&
        allows(Filters, "instance-state-name", State?.Name ?? ""),
    );
    return { Reservations: Instances.length > 0 ? [{ Instances }] : [] };
  },
  DescribeVolumes({ volumes }: Account, { Filters = [] }: DescribeInstancesCommandInput) {
    return { Volumes: volumes.filter(({ VolumeId = "" }) => allows(Filters, "volume-id", VolumeId)) };
  },
  DescribeKeyPairs({ keyPairs }: Account, { Filters = [] }: DescribeInstancesCommandInput) {
    return { KeyPairs: keyPairs.filter(({ KeyPairId = "" }) => allows(Filters, "key-pair-id", KeyPairId)) };
  },
  DescribeSecurityGroups({ securityGroups }: Account, { Filters = [] }: DescribeInstancesCommandInput) {
    return { SecurityGroups: securityGroups.filter(({ GroupId = "" }) => allows(Filters, "group-id", GroupId)) };
  },
  TerminateInstances(account: Account, { InstanceIds = [] }: TerminateInstancesCommandInput) {
    account.instances = account.instances.map((one) =>
      InstanceIds.includes(one.InstanceId ?? "") ? { ...one, State: { Name: "terminated" } } : one,
    );
    // Its root volume goes with it.
    account.volumes = account.volumes.filter(
      ({ Attachments = [] }) => !Attachments.some(({ InstanceId = "" }) => InstanceIds.includes(InstanceId)),
    );
    return {};
  },
  DeleteVolume(account: Account, { VolumeId }: DeleteVolumeCommandInput) {
    const volume = account.volumes.find((one) => one.VolumeId === VolumeId);
    if (!volume) throw new ServiceError("InvalidVolume.NotFound", `The volume '${VolumeId}' does not exist.`);
    if (volume.State === "in-use") throw new ServiceError("VolumeInUse", `Volume ${VolumeId} is in use.`);
    account.volumes = account.volumes.filter((one) => one !== volume);
    untag(account, VolumeId);
    return {};
  },
  DeleteKeyPair(account: Account, { KeyName }: DeleteKeyPairCommandInput) {
    const pair = account.keyPairs.find((one) => one.KeyName === KeyName);
    account.keyPairs = account.keyPairs.filter((one) => one !== pair);
    untag(account, pair?.KeyPairId);
    return { Return: true };
  },
  DeleteSecurityGroup(account: Account, { GroupId }: DeleteSecurityGroupCommandInput) {
    const isUsed = account.instances.some(
      ({ SecurityGroups = [], State }) =>
        State?.Name !== "terminated" && SecurityGroups.some((group) => group.GroupId === GroupId),
    );
    if (isUsed) throw new ServiceError("DependencyViolation", `resource ${GroupId} has a dependent object`);
    account.securityGroups = account.securityGroups.filter((one) => one.GroupId !== GroupId);
    untag(account, GroupId);
    return { Return: true };
  },
  DeleteSnapshot(account: Account, { SnapshotId = "" }: DeleteSnapshotCommandInput) {
    const isUsed = [...account.images.values()].some(({ BlockDeviceMappings = [] }) =>
      BlockDeviceMappings.some(({ Ebs }) => Ebs?.SnapshotId === SnapshotId),
    );
    if (isUsed) throw new ServiceError("InvalidSnapshot.InUse", `The snapshot ${SnapshotId} is currently in use`);
    account.snapshots = account.snapshots.filter((one) => one.SnapshotId !== SnapshotId);
    return {};
  },
};

function untag(account: Account, id: string | undefined): void {
  account.tags = account.tags.filter(({ ResourceId }) => ResourceId !== id);
}

function allows(filters: readonly Filter[], name: string, value: string): boolean {
  const values = filters.find(({ Name }) => Name === name)?.Values;
  return !values || values.includes(value);
}
