import {
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Instance,
} from "@aws-sdk/client-ec2";
import type { Emulator } from "../aws/emulator.ts";

/**
 * Resources that builds created for themselves and that are still there: instances, volumes, key pairs, and Packer's
 * security groups. The nodes of fleets stay.
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
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  const nodes = new Set(instances.filter(isNode).map(({ InstanceId }) => InstanceId));
  return [
    ...instances
      .filter(({ InstanceId, State }) => State?.Name !== "terminated" && !nodes.has(InstanceId))
      .map(({ InstanceId, State }) => `the instance ${InstanceId} is left behind, ${State?.Name}`),
    ...Volumes.filter(({ Attachments = [] }) => !Attachments.some(({ InstanceId }) => nodes.has(InstanceId))).map(
      ({ VolumeId, State }) => `the volume ${VolumeId} is left behind, ${State}`,
    ),
    ...KeyPairs.map(({ KeyName }) => `the key pair ${KeyName} is left behind`),
    ...SecurityGroups.map(({ GroupName }) => `the security group ${GroupName} is left behind`),
  ];
}

function isNode({ Tags = [] }: Instance): boolean {
  return Tags.some(({ Key }) => Key === "aws:autoscaling:groupName" || Key === "karpenter.sh/nodepool");
}
