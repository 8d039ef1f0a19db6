import { beforeAll, describe, expect, test } from "vitest";
import { unscoped } from "../../infra/unscoped.ts";
import { type Graph, graphOf, list, permissionsOf } from "./graph.ts";

const variants = [{ windows: 2022 as const, kubernetes: "1.35" }];
const subnetIds = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
const network = { kind: "vpc" as const, vpcId: "vpc-0123456789abcdef0", subnetIds };

let inPublic: Graph;
let inVpc: Graph;
beforeAll(async () => {
  const policies = { retention: { deregister: true }, kubernetesSource: "eks" as const };
  [inPublic, inVpc] = await Promise.all([
    graphOf({ variants, policies }, "production"),
    graphOf({ variants, policies: { ...policies, network } }, "production"),
  ]);
}, 120_000);

/** What roles are allowed on every resource. */
function everywhere(graph: Graph) {
  return graph
    .ofType("aws:iam/role:Role")
    .flatMap((role) => permissionsOf(role).map((statement) => ({ role: role.name, ...statement })))
    .filter(({ Effect, Resource }) => Effect === "Allow" && list(Resource).includes("*"));
}

function actionsOf(statements: { Action: string | string[] }[]): string[] {
  return [...new Set(statements.flatMap(({ Action }) => list(Action)))].sort();
}

const looks = [
  "ec2:DescribeImages",
  "ec2:DescribeInstances",
  "ec2:DescribeRegions",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSnapshots",
  "ec2:DescribeSubnets",
  "ec2:DescribeVolumes",
];

describe("what is allowed on every resource", () => {
  test("has its reason in the one table, and everything there is allowed to somebody", () => {
    expect(actionsOf([...everywhere(inPublic), ...everywhere(inVpc)])).toEqual(Object.keys(unscoped).sort());
  });

  test.each([
    [
      "a build that finds its place itself",
      () => inPublic,
      [...looks, "ec2:DescribeInstanceTypeOfferings", "ec2:DescribeVpcs"],
    ],
    [
      "a build in the user's VPC",
      () => inVpc,
      [...looks, "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcs"],
    ],
  ])("only looks, for %s", (_, graph, expected) => {
    const statements = everywhere(graph()).filter(({ role }) => role === "BuildRole");

    expect(actionsOf(statements)).toEqual(expected.sort());
  });

  test.each([
    ["in public", () => inPublic],
    ["in the user's VPC", () => inVpc],
  ])("only looks, for functions %s, and where it is conditional it is EC2 that asks", (_, graph) => {
    const statements = everywhere(graph()).filter(({ role }) => role !== "BuildRole");
    const conditional = statements.filter(({ Condition }) => Condition);

    expect(actionsOf(statements.filter(({ Condition }) => !Condition))).toEqual([
      "ec2:DescribeImageReferences",
      "ec2:DescribeImages",
      "ec2:DescribeInstances",
      "ec2:DescribeLaunchTemplateVersions",
      "eks:DescribeClusterVersions",
    ]);
    expect(conditional.map(({ role }) => role).sort()).toEqual(["ApiRole", "ReconcileRole"]);
    for (const { Condition } of conditional)
      expect(Condition).toEqual({ "ForAnyValue:StringEquals": { "aws:CalledVia": "ec2-images.amazonaws.com" } });
  });
});

describe("CodeBuild in the user's VPC", () => {
  const arn = (resource: string) => `arn:aws:ec2:us-east-1:123456789012:${resource}`;
  const inOurSubnets = { "ec2:Subnet": subnetIds.map((subnet) => arn(`subnet/${subnet}`)) };

  test("has the permissions that AWS names for it, in its own subnets and its own group", () => {
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
  ])("may call %s", (operation) => {
    expect(actionsOf(permissionsOf(inVpc.named("BuildRole")))).toContain(`ec2:${operation}`);
  });

  test("makes no network interface where there is no VPC of the user's", () => {
    const actions = actionsOf(permissionsOf(inPublic.named("BuildRole")));

    expect(actions.filter((action) => action.includes("NetworkInterface"))).toEqual([]);
  });
});
