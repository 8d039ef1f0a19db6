import {
  DeleteKeyPairCommand,
  DeleteSecurityGroupCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  EC2ServiceException,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { LeftoverType } from "../domain/leftovers.ts";
import { ec2 } from "./ec2-client.ts";

/** A resource that is already gone, and one that something still uses (EC2 API reference, "Error codes"). */
const gone = /^Invalid\w*\.NotFound$/;
const inUse = new Set(["DependencyViolation", "InvalidGroup.InUse", "InvalidSnapshot.InUse", "VolumeInUse"]);

/**
 * Removes one resource for good. EC2 checks the tags and, for an instance, the profile again: the role's policy demands
 * them (infra/permissions.ts).
 * @param mark the name of a key pair
 * @returns false if something still uses the resource
 */
export async function removeLeftover(type: LeftoverType, id: string, mark: string | undefined): Promise<boolean> {
  try {
    await remove(type, id, mark);
    return true;
  } catch (error) {
    const code = error instanceof EC2ServiceException ? error.name : "";
    if (gone.test(code)) return true;
    if (inUse.has(code)) return false;
    throw error;
  }
}

async function remove(type: LeftoverType, id: string, mark: string | undefined): Promise<unknown> {
  switch (type) {
    case "instance":
      return ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    case "volume":
      return ec2.send(new DeleteVolumeCommand({ VolumeId: id }));
    case "key-pair":
      // By name, because the ARN of a key pair, which the policy names, ends in it.
      return ec2.send(new DeleteKeyPairCommand({ KeyName: mark }));
    case "security-group":
      return ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }));
    case "snapshot":
      return ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
  }
}
