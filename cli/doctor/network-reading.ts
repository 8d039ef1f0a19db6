import {
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type Route,
  type RouteTable,
} from "@aws-sdk/client-ec2";
import type { Policies } from "../../functions/config/policies.ts";

export interface Network {
  /** ID of the Region's default VPC. */
  defaultVpc: string | undefined;
  /** Those of the default VPC, or those that the configuration names and that exist. */
  subnets: Subnet[];
}

export interface Subnet {
  id: string;
  vpc: string;
  /** Such as `eu-central-1a`. */
  zone?: string;
  /** Its default route; undefined if it has none. */
  route: DefaultRoute | undefined;
  /** The services that its VPC has endpoints for: `s3`, `ec2`. */
  endpoints: string[];
}

export interface DefaultRoute {
  /** `nat-…`, `igw-…`, `tgw-…` */
  to: string;
  /** Whether what it leads to is gone. */
  isDead: boolean;
}

type Ec2 = Pick<EC2Client, "send">;

export async function readNetwork(ec2: Ec2, network: Policies["network"]): Promise<Network> {
  const names = network.kind === "vpc" ? network.subnetIds : [network.subnetId ?? []].flat();
  if (names.length > 0)
    return { defaultVpc: undefined, subnets: await readSubnets(ec2, [{ Name: "subnet-id", Values: names }]) };
  const { Vpcs = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: "is-default", Values: ["true"] }] }),
  );
  const defaultVpc = Vpcs[0]?.VpcId;
  const subnets = defaultVpc === undefined ? [] : await readSubnets(ec2, [{ Name: "vpc-id", Values: [defaultVpc] }]);
  return { defaultVpc, subnets };
}

/** The subnets that a filter leaves, each with its default route and its VPC's endpoints. */
export async function readSubnets(ec2: Ec2, Filters: { Name: string; Values: string[] }[]): Promise<Subnet[]> {
  // Filters, not IDs: an ID that does not exist would be an error.
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
  const vpcs = [...new Set(Subnets.flatMap(({ VpcId }) => VpcId ?? []))];
  if (vpcs.length === 0) return [];
  const inTheirs = { Filters: [{ Name: "vpc-id", Values: vpcs }] };
  const [{ RouteTables = [] }, { VpcEndpoints = [] }] = await Promise.all([
    ec2.send(new DescribeRouteTablesCommand(inTheirs)),
    ec2.send(new DescribeVpcEndpointsCommand(inTheirs)),
  ]);
  return Subnets.map(({ SubnetId: id = "", VpcId: vpc = "", AvailabilityZone: zone }) => ({
    id,
    vpc,
    zone,
    route: defaultRouteOf(tableOf(RouteTables, id, vpc)),
    endpoints: VpcEndpoints.filter(({ VpcId }) => VpcId === vpc).map(({ ServiceName = "" }) => lastPart(ServiceName)),
  }));
}

/** A subnet without a route table of its own has the VPC's main one. */
function tableOf(tables: readonly RouteTable[], subnet: string, vpc: string): RouteTable | undefined {
  const own = tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnet));
  return own ?? tables.find(({ VpcId, Associations = [] }) => VpcId === vpc && Associations.some(({ Main }) => Main));
}

function defaultRouteOf(table: RouteTable | undefined): DefaultRoute | undefined {
  const route = table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === "0.0.0.0/0");
  return route && { to: targetOf(route), isDead: route.State === "blackhole" };
}

function targetOf(route: Route): string {
  return (
    route.NatGatewayId ??
    route.GatewayId ??
    route.TransitGatewayId ??
    route.NetworkInterfaceId ??
    route.InstanceId ??
    route.VpcPeeringConnectionId ??
    route.LocalGatewayId ??
    route.CoreNetworkArn ??
    "something that EC2 does not name"
  );
}

/** `com.amazonaws.eu-central-1.s3` as `s3`. */
function lastPart(service: string): string {
  return service.split(".").at(-1) ?? service;
}
