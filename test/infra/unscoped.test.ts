import { beforeAll, describe, expect, test } from "vitest";
import { unscoped } from "../../infra/unscoped.ts";
import {
  accountId,
  everything,
  network,
  places,
  subnet,
  variants,
  withFastLaunch,
  withFleets,
  withPlaces,
} from "./deployments.ts";
import { type Graph, graphOf, list, permissionsOf } from "./graph.ts";

const subnetIds = [subnet, "subnet-0123456789abcdef1"];

let inPublic: Graph;
let inVpc: Graph;
let fleets: Graph;
let fastLaunch: Graph;
beforeAll(async () => {
  const policies = { kubernetesSource: "eks" as const, network: { ...network, subnetIds } };
  [inPublic, inVpc, fleets, fastLaunch] = await Promise.all([
    everything(),
    graphOf({ variants, policies }, "production"),
    withFleets(),
    withFastLaunch(),
  ]);
});

/** The Allow statements of all roles with the resource `*`. */
function everywhere({ resources }: Pick<Graph, "resources">) {
  return resources
    .filter(({ type }) => type === "aws:iam/role:Role")
    .flatMap((role) => permissionsOf(role, resources).map((statement) => ({ role: role.name, ...statement })))
    .filter(({ Effect, Resource }) => Effect === "Allow" && list(Resource).includes("*"));
}

function actionsOf(statements: { Action: string | string[] }[]): string[] {
  return [...new Set(statements.flatMap(({ Action }) => list(Action)))].sort();
}

const reads = [
  "ec2:DescribeImages",
  "ec2:DescribeInstances",
  "ec2:DescribeRegions",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSnapshots",
  "ec2:DescribeSubnets",
  "ec2:DescribeVolumes",
];

describe("an action that is allowed on all resources", () => {
  test("is listed with its reason, and every listed action is allowed to a role", async () => {
    const containerImages = [`${accountId}.dkr.ecr.us-east-1.amazonaws.com/agent:7`];
    const privateImages = await graphOf(
      { variants: [{ windows: 2022, kubernetes: "1.35", containerImages }] },
      "production",
    );

    const inPlaces = await withPlaces(
      places.map((place) => ({ ...place, prove: true, fastLaunch: place.method === "copy" })),
    );
    const allowed = [inPublic, inVpc, fleets, fastLaunch, privateImages, inPlaces].flatMap(everywhere);
    expect(actionsOf(allowed)).toEqual(Object.keys(unscoped).sort());
  });

  test.each([
    [
      "a build that finds its subnet itself",
      () => inPublic,
      [...reads, "ec2:DescribeInstanceTypeOfferings", "ec2:DescribeVpcs"],
    ],
    [
      "a build in the user's VPC",
      () => inVpc,
      [...reads, "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcs"],
    ],
  ])("is read-only for %s", (_, graph, expected) => {
    const statements = everywhere(graph()).filter(({ role }) => role === "BuildRole");

    expect(actionsOf(statements)).toEqual(expected.sort());
  });

  test.each([
    ["outside a VPC", () => inPublic],
    ["in the user's VPC", () => inVpc],
  ])("is read-only for functions %s, or for EC2 on their behalf", (_, graph) => {
    const statements = everywhere(graph()).filter(({ role }) => role !== "BuildRole");
    const conditional = statements.filter(({ Condition }) => Condition);

    expect(actionsOf(statements.filter(({ Condition }) => !Condition))).toEqual([
      "ec2:DescribeImageReferences",
      "ec2:DescribeImages",
      "ec2:DescribeInstances",
      "ec2:DescribeKeyPairs",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSnapshots",
      "ec2:DescribeTags",
      "ec2:DescribeVolumes",
      "eks:DescribeClusterVersions",
    ]);
    expect(conditional.map(({ role }) => role).sort()).toEqual(["ApiRole", "ReconcileRole"]);
    for (const { Condition } of conditional)
      expect(Condition).toEqual({ "ForAnyValue:StringEquals": { "aws:CalledVia": "ec2-images.amazonaws.com" } });
  });
});

test("fleets add five calls that only read to those that are allowed on all resources", () => {
  const added = everywhere(fleets).filter(({ role }) => role !== "BuildRole");

  expect(actionsOf(added).filter((action) => !/^(ec2|imagebuilder|ssm):/.test(action))).toEqual([
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeInstanceRefreshes",
    "autoscaling:DescribeLifecycleHooks",
    "autoscaling:DescribeScalingActivities",
    "cloudwatch:DescribeAlarms",
  ]);
  expect(actionsOf(added.filter(({ role }) => role === "FleetsRole"))).toEqual(["ec2:DescribeLaunchTemplateVersions"]);
});

describe("CodeBuild in the user's VPC", () => {
  const arn = (resource: string) => `arn:aws:ec2:us-east-1:123456789012:${resource}`;
  const inOurSubnets = { "ec2:Subnet": subnetIds.map((subnet) => arn(`subnet/${subnet}`)) };

  test("has the permissions that AWS documents, limited to its subnets and security group", () => {
    const interfaces = permissionsOf(inVpc.named("BuildRole")).filter(({ Action }) =>
      list(Action).some((action) => action.includes("NetworkInterface")),
    );

    expect(interfaces).toMatchObject([
      { Action: expect.arrayContaining(["ec2:DescribeNetworkInterfaces", "ec2:DescribeDhcpOptions"]), Resource: "*" },
      {
        Action: "ec2:CreateNetworkInterface",
        Resource: [
          arn("network-interface/*"),
          ...subnetIds.map((subnet) => arn(`subnet/${subnet}`)),
          arn(`security-group/${inVpc.named("CodeBuildSecurityGroup").id}`),
        ],
      },
      {
        Action: "ec2:DeleteNetworkInterface",
        Resource: arn("network-interface/*"),
        Condition: { ArnEquals: inOurSubnets },
      },
      {
        Action: "ec2:CreateNetworkInterfacePermission",
        Resource: arn("network-interface/*"),
        Condition: { ArnEquals: inOurSubnets, StringEquals: { "ec2:AuthorizedService": "codebuild.amazonaws.com" } },
      },
    ]);
  });

  test.each([
    "CreateNetworkInterface",
    "DescribeDhcpOptions",
    "DescribeNetworkInterfaces",
    "DeleteNetworkInterface",
    "DescribeSubnets",
    "DescribeSecurityGroups",
    "DescribeVpcs",
    "CreateNetworkInterfacePermission",
  ])("can call %s", (operation) => {
    expect(actionsOf(permissionsOf(inVpc.named("BuildRole")))).toContain(`ec2:${operation}`);
  });

  test("creates no network interface outside the user's VPC", () => {
    const actions = actionsOf(permissionsOf(inPublic.named("BuildRole")));

    expect(actions.filter((action) => action.includes("NetworkInterface"))).toEqual([]);
  });
});
