import type { Policies } from "../../functions/config/policies.ts";
import { count } from "../terminal/text.ts";
import type { Check } from "./check.ts";
import { type Findings, type Line, linesOf } from "./lines.ts";
import { type Network, readNetwork, type Subnet } from "./network-reading.ts";

const findings = {
  "subnet-public": { mark: "✓", means: 'The subnet has a way to the internet, as network: { kind: "public" } needs.' },
  "subnet-nat": { mark: "✓", means: 'The subnet leaves through a NAT gateway, as network: { kind: "vpc" } needs.' },
  "no-default-vpc": {
    mark: "✗",
    means: "config.ts names no subnet, and the Region has no default VPC.",
    remedy: "aws ec2 create-default-vpc, or name a public subnet in policies.network.subnetId.",
  },
  "no-default-subnet": {
    mark: "✗",
    means: "The default VPC has no subnet.",
    remedy: "aws ec2 create-default-subnet, or name a public subnet in policies.network.subnetId.",
  },
  "no-subnet": {
    mark: "✗",
    means: "A subnet that config.ts names does not exist in this account and Region.",
    remedy: "Correct policies.network in config.ts, or the Region.",
  },
  "subnet-elsewhere": {
    mark: "✗",
    means: "The subnet is in another VPC than the one that config.ts names.",
    remedy: "Correct vpcId or subnetIds in policies.network.",
  },
  "subnet-private": {
    mark: "✗",
    means: "The build instance gets a public address, but its subnet has no route to an internet gateway.",
    remedy: 'Name a public subnet in policies.network.subnetId, or use network: { kind: "vpc", … } with NAT.',
  },
  "subnet-without-address": {
    mark: "✗",
    means: "The subnet routes to an internet gateway, but in a VPC of yours the instances get no public address.",
    remedy: "Name private subnets whose route table leads to a NAT gateway.",
  },
  "route-dead": {
    mark: "✗",
    means: "The default route leads to something that is gone (blackhole).",
    remedy: "Mend the route table: its NAT gateway or internet gateway has been deleted.",
  },
  "no-way-out": {
    mark: "✗",
    means: "The subnet has neither a default route nor VPC endpoints: a build reaches nothing.",
    remedy: "Add a NAT gateway and a default route to it.",
  },
  "endpoints-only": {
    mark: "?",
    means: "The subnet reaches AWS through VPC endpoints only. Windows Update, registries and release hosts have none.",
    remedy: "Add NAT, or make sure that a proxy and mirrors serve the rest (docs/operations.md).",
  },
  "route-elsewhere": {
    mark: "?",
    means:
      "The default route leads to a transit gateway, a firewall or the like. What is behind it cannot be seen here.",
    remedy: "Make sure that it leads to the internet or a proxy.",
  },
} as const satisfies Findings;

const line = linesOf(findings);

export const networkCheck: Check = {
  name: "network",
  about: "Whether builds have a way to what they download",
  findings,
  // There it is not the network of config.ts.
  onLocalStack: false,
  async run({ clients: { ec2 }, configuration: { policies } }) {
    return judgeNetwork(policies.network, await readNetwork(ec2, policies.network));
  },
};

export function judgeNetwork(wanted: Policies["network"], { defaultVpc, subnets }: Network): Line[] {
  const names = namesOf(wanted);
  if (names.length === 0) return [judgeDefault(defaultVpc, subnets)];
  return names.map((name) => {
    const subnet = subnets.find(({ id }) => id === name);
    if (!subnet) return line("no-subnet", `${name} does not exist`);
    if (wanted.kind === "public") return judgePublic(subnet);
    return subnet.vpc === wanted.vpcId
      ? judgePrivate(subnet)
      : line("subnet-elsewhere", `${name} is in ${subnet.vpc}, not in ${wanted.vpcId}`);
  });
}

/** Packer takes any subnet of the default VPC, so each must do. */
function judgeDefault(vpc: string | undefined, subnets: readonly Subnet[]): Line {
  if (vpc === undefined) return line("no-default-vpc", "there is no default VPC");
  const wrong = subnets.map(judgePublic).find(({ mark }) => mark !== "✓");
  if (wrong) return wrong;
  return subnets.length === 0
    ? line("no-default-subnet", `the default VPC ${vpc} has no subnet`)
    : line("subnet-public", `the default VPC ${vpc}: ${count(subnets.length, "public subnet")}`);
}

function judgePublic({ id, route }: Subnet): Line {
  if (route?.isDead) return line("route-dead", `${id}: its default route leads to ${route.to}, which is gone`);
  if (route?.to.startsWith("igw-")) return line("subnet-public", `${id} leads to ${route.to}`);
  return line("subnet-private", `${id} has no route to an internet gateway${route ? `, but to ${route.to}` : ""}`);
}

function judgePrivate({ id, route, endpoints }: Subnet): Line {
  if (!route)
    return endpoints.length === 0
      ? line("no-way-out", `${id} has no default route`)
      : line("endpoints-only", `${id} has no default route, and endpoints for ${endpoints.join(", ")}`);
  if (route.isDead) return line("route-dead", `${id}: its default route leads to ${route.to}, which is gone`);
  if (route.to.startsWith("nat-")) return line("subnet-nat", `${id} leads to ${route.to}`);
  if (route.to.startsWith("igw-")) return line("subnet-without-address", `${id} leads to ${route.to}`);
  return line("route-elsewhere", `${id} leads to ${route.to}`);
}

function namesOf(network: Policies["network"]): string[] {
  return network.kind === "vpc" ? network.subnetIds : [network.subnetId ?? []].flat();
}
