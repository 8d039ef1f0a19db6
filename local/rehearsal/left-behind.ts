import {
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import type { Emulator } from "../aws/emulator.ts";

/**
 * Resources that builds created for themselves and that are still there: instances, volumes, key pairs, and Packer's
 * security groups.
 */
export async function leftBehind({ url: endpoint, region, credentials }: Emulator): Promise<string[]> {
  const ec2 = new EC2Client({ endpoint, region, credentials });
  const [{ Reservations = [] }, { Volumes = [] }, { KeyPairs = [] }, { SecurityGroups = [] }] = await Promise.all([
    ec2.send(new DescribeInstancesCommand()),
    ec2.send(new DescribeVolumesCommand()),
    ec2.send(new DescribeKeyPairsCommand()),
    ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-name", Values: ["packer*"] }] })),
  ]);
  ec2.destroy();
  return [
    ...Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => State?.Name !== "terminated")
      .map(({ InstanceId, State }) => `the instance ${InstanceId} is left behind, ${State?.Name}`),
    ...Volumes.map(({ VolumeId, State }) => `the volume ${VolumeId} is left behind, ${State}`),
    ...KeyPairs.map(({ KeyName }) => `the key pair ${KeyName} is left behind`),
    ...SecurityGroups.map(({ GroupName }) => `the security group ${GroupName} is left behind`),
  ];
}
