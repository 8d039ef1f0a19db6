import { describe, expect, test } from "vitest";
import { statementsOfSpoke } from "../../local/policies/spoke.ts";
import { image, ours, theirs } from "./denials/asks.ts";
import { accountId } from "./deployments.ts";
import { type May, spoke, spokeMay } from "./place-roles.ts";

type Asked = Parameters<May>[0];

const watched = {
  Clusters: "blue",
  NodeGroups: "blue/web,blue/batch",
  AutoScalingGroups: "pool,other-pool",
  FleetParameters: "true",
};
const rolled = { ...watched, LaunchTemplates: "lt-00000001,lt-00000002", NodeRoles: "nodes" };

const eks = (operation: string, parameters: Record<string, unknown>): Asked => ({
  service: "eks",
  operation,
  parameters,
});
const updating = (
  nodegroupName: string,
  id = "lt-00000001",
  more: Partial<Asked> = { tags: { [image]: ours } },
): Asked => ({
  ...eks("UpdateNodegroupVersion", { clusterName: "blue", nodegroupName, launchTemplate: { id } }),
  ...more,
});
const refreshing = (AutoScalingGroupName: string, profile = "nodes"): Asked => ({
  service: "autoscaling",
  operation: "StartInstanceRefresh",
  parameters: {
    AutoScalingGroupName,
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: "lt-00000002" } },
  },
  tags: { [image]: ours },
  profiles: { "lt-00000002": `arn:aws:iam::210987654321:instance-profile/${profile}` },
});
const versioning = (LaunchTemplateId: string): Asked => ({
  operation: "CreateLaunchTemplateVersion",
  parameters: { LaunchTemplateId },
});
const parameter = (Name: string): Asked => ({ service: "ssm", operation: "PutParameter", parameters: { Name } });
const prefix = "/eks-windows-images/production/fleets";

const seen: Asked[] = [
  eks("DescribeCluster", { name: "blue" }),
  eks("DescribeNodegroup", { clusterName: "blue", nodegroupName: "batch" }),
  eks("ListUpdates", { name: "blue", nodegroupName: "web" }),
  { service: "autoscaling", operation: "DescribeInstanceRefreshes" },
  { service: "monitoring", operation: "DescribeAlarms" },
  { service: "ssm", operation: "GetParametersByPath", parameters: { Path: prefix } },
  parameter(`${prefix}/web`),
];
const changed: Asked[] = [
  updating("web"),
  updating("batch"),
  refreshing("pool"),
  refreshing("other-pool"),
  versioning("lt-00000002"),
];

describe("the spoke's role", () => {
  test("sees and changes no fleets unless its parameters name them", () => {
    const may = spokeMay();

    expect([...seen, ...changed].filter(may)).toEqual([]);
    const actions = statementsOfSpoke(spoke())
      .filter(({ effect }) => effect === "Allow")
      .flatMap((one) => one.actions);
    expect(
      actions.filter((action) => /^(eks|autoscaling|cloudwatch|iam):|RunInstances|LaunchTemplateVersion$/.test(action)),
    ).toEqual([]);
  });

  test("only sees those that it names without launch templates", () => {
    const may = spokeMay(watched);

    expect(seen.filter((call) => !may(call))).toEqual([]);
    expect(changed.filter(may)).toEqual([]);
  });

  test("changes those that it names with launch templates", () => {
    expect([...seen, ...changed].filter((call) => !spokeMay(rolled)(call))).toEqual([]);
  });

  test.each<[string, Asked]>([
    ["another node group", updating("other")],
    ["a node group from another template", updating("web", "lt-0000000f")],
    ["a node group with somebody's image", updating("web", "lt-00000001", { tags: { [image]: {} } })],
    ["a node group with another stage's image", updating("web", "lt-00000001", { tags: { [image]: theirs } })],
    ["a node group in another Region", { ...updating("web"), region: "ap-south-1" }],
    ["another Auto Scaling group", refreshing("else")],
    ["an Auto Scaling group whose nodes have another role", refreshing("pool", "admin")],
    ["another template", versioning("lt-0000000f")],
    ["another stage's parameter", parameter(`${prefix.replace("production", "test")}/web`)],
    ["another cluster", eks("DescribeCluster", { name: "green" })],
  ])("does not reach %s", (_, call) => {
    expect(spokeMay(rolled)(call)).toBe(false);
  });

  test("starts the hub's own images, which have no tags there, only where they are shared", () => {
    const hubs = updating("web", "lt-00000001", { tags: { [image]: {} }, owners: { [image]: accountId } });
    const strangers = { ...hubs, owners: { [image]: "999999999999" } };

    expect(spokeMay({ ...rolled, Shares: "true" })(hubs)).toBe(true);
    expect(spokeMay({ ...rolled, Shares: "true" })(strangers)).toBe(false);
    expect(spokeMay(rolled)(hubs)).toBe(false);
  });

  test("copies nothing where no place has copies", () => {
    const actions = statementsOfSpoke(spoke({ Copies: "false", Shares: "true" })).flatMap((one) => one.actions);

    expect(actions.filter((action) => /Copy|Disable|Deregister|CreateTags/.test(action))).toEqual([]);
  });
});
