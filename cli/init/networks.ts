import { DescribeVpcsCommand, type EC2Client, type Tag } from "@aws-sdk/client-ec2";
import { readSubnets, type Subnet } from "../doctor/network-reading.ts";

/** What the account has to choose a network from. */
export interface Networks {
  vpcs: { id: string; cidr: string; name?: string; isDefault: boolean }[];
  subnets: Subnet[];
  /** Why they could not be read; undefined if they were. */
  unread?: string;
}

/** Never throws: without an answer there is nothing to choose from. */
export async function readNetworks(ec2: Pick<EC2Client, "send">): Promise<Networks> {
  try {
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    const vpcs = Vpcs.map(({ VpcId: id = "", CidrBlock: cidr = "", IsDefault: isDefault = false, Tags }) => ({
      id,
      cidr,
      name: nameIn(Tags),
      isDefault,
    }));
    const ids = vpcs.map(({ id }) => id);
    return { vpcs, subnets: ids.length === 0 ? [] : await readSubnets(ec2, [{ Name: "vpc-id", Values: ids }]) };
  } catch (error) {
    return { vpcs: [], subnets: [], unread: (error as Error).message };
  }
}

function nameIn(tags: readonly Tag[] = []): string | undefined {
  return tags.find(({ Key }) => Key === "Name")?.Value || undefined;
}

/** Whether the default VPC will do: it exists, and each of its subnets leads to an internet gateway. */
export function hasPublicDefault({ vpcs, subnets }: Networks): boolean {
  const vpc = vpcs.find(({ isDefault }) => isDefault);
  const own = subnets.filter((subnet) => subnet.vpc === vpc?.id);
  return own.length > 0 && own.every(({ route }) => route?.to.startsWith("igw-") && !route.isDead);
}

/** Subnets in which a build can run: those that leave through something else than an internet gateway. */
export function isPrivate({ route }: Subnet): boolean {
  return route !== undefined && !route.isDead && !route.to.startsWith("igw-");
}
