import {
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { expect } from "vitest";

/** Checks that all temporary resources of all runs are deleted. */
export async function expectNothingLeft(ec2: EC2Client): Promise<void> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  const { KeyPairs } = await ec2.send(new DescribeKeyPairsCommand({}));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));

  const states = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name));
  expect(states.filter((state) => state !== "terminated")).toEqual([]);
  expect(KeyPairs).toEqual([]);
  expect(SecurityGroups.filter(({ GroupName }) => GroupName !== "default")).toEqual([]);
  expect(Volumes).toEqual([]);
}
