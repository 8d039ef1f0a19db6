import { describe, expect, test } from "vitest";
import { judgeNetwork } from "../../../cli/doctor/network.ts";
import type { Subnet } from "../../../cli/doctor/network-reading.ts";

const vpcId = "vpc-0123456789abcdef0";
const id = "subnet-0123456789abcdef0";

function subnet(to?: string, more: Partial<Subnet> = {}): Subnet {
  return { id, vpc: vpcId, route: to === undefined ? undefined : { to, isDead: false }, endpoints: [], ...more };
}

function short(network: Parameters<typeof judgeNetwork>[0], defaultVpc: string | undefined, subnets: Subnet[]) {
  return judgeNetwork(network, { defaultVpc, subnets }).map(({ mark, finding }) => `${mark} ${finding}`);
}

const dead = (to: string) => subnet(to, { route: { to, isDead: true } });

describe("the default VPC", () => {
  const network = { kind: "public" as const, addressUrl: "https://checkip.amazonaws.com" };

  test.each([
    ["with public subnets", vpcId, [subnet("igw-1"), subnet("igw-1")], "✓ subnet-public"],
    ["with one private subnet", vpcId, [subnet("igw-1"), subnet()], "✗ subnet-private"],
    ["whose gateway is gone", vpcId, [dead("igw-1")], "✗ route-dead"],
    ["without subnets", vpcId, [], "✗ no-default-subnet"],
    ["that does not exist", undefined, [], "✗ no-default-vpc"],
  ])("%s", (_, defaultVpc, subnets, expected) => {
    expect(short(network, defaultVpc, subnets)).toEqual([expected]);
  });
});

describe("a public subnet", () => {
  const network = { kind: "public" as const, subnetId: id, addressUrl: "https://checkip.amazonaws.com" };

  test.each([
    ["with an internet gateway", [subnet("igw-1")], "✓ subnet-public"],
    ["behind NAT", [subnet("nat-1")], "✗ subnet-private"],
    ["without a route", [subnet()], "✗ subnet-private"],
    ["that does not exist", [], "✗ no-subnet"],
  ])("%s", (_, subnets, expected) => {
    expect(short(network, undefined, subnets)).toEqual([expected]);
  });
});

describe("a private subnet", () => {
  const network = { kind: "vpc" as const, vpcId, subnetIds: [id] };

  test.each([
    ["behind NAT", [subnet("nat-1")], "✓ subnet-nat"],
    ["that is public", [subnet("igw-1")], "✗ subnet-without-address"],
    ["whose NAT gateway is gone", [dead("nat-1")], "✗ route-dead"],
    ["without a route", [subnet()], "✗ no-way-out"],
    ["with endpoints only", [subnet(undefined, { endpoints: ["s3"] })], "? endpoints-only"],
    ["behind a transit gateway", [subnet("tgw-1")], "? route-elsewhere"],
    ["of another VPC", [subnet("nat-1", { vpc: "vpc-0fedcba9876543210" })], "✗ subnet-elsewhere"],
    ["that does not exist", [], "✗ no-subnet"],
  ])("%s", (_, subnets, expected) => {
    expect(short(network, undefined, subnets)).toEqual([expected]);
  });

  test("is judged for itself", () => {
    const second = "subnet-0fedcba9876543210";
    const both = { ...network, subnetIds: [id, second] };
    expect(short(both, undefined, [subnet("nat-1"), subnet(undefined, { id: second })])).toEqual([
      "✓ subnet-nat",
      "✗ no-way-out",
    ]);
  });
});
