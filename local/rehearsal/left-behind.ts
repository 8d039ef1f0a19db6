import {
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import type { Emulator } from "../aws/emulator.ts";

/**
 * Resources that builds created for themselves and did not remove: instances, key pairs, and Packer's security groups.
 */
export async function leftBehind({ url: endpoint, region, credentials }: Emulator): Promise<string[]> {
  const ec2 = new EC2Client({ endpoint, region, credentials });
  const [{ Reservations = [] }, { KeyPairs = [] }, { SecurityGroups = [] }] = await Promise.all([
    ec2.send(new DescribeInstancesCommand()),
    ec2.send(new DescribeKeyPairsCommand()),
    ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-name", Values: ["packer*"] }] })),
  ]);
  ec2.destroy();
  return [
    ...Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => State?.Name !== "terminated")
      .map(({ InstanceId, State }) => `the instance ${InstanceId} is left behind, ${State?.Name}`),
    ...KeyPairs.map(({ KeyName }) => `the key pair ${KeyName} is left behind`),
    ...SecurityGroups.map(({ GroupName }) => `the security group ${GroupName} is left behind`),
  ];
}
