import {
  CancelInstanceRefreshCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeLifecycleHooksCommand,
  DescribeScalingActivitiesCommand,
  StartInstanceRefreshCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  DescribeUpdateCommand,
  ListUpdatesCommand,
  UpdateNodegroupVersionCommand,
} from "@aws-sdk/client-eks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiModel, readApiModel } from "./api-model.ts";
import { type FleetsWorkshop, openFleetsWorkshop } from "./fleets-workshop.ts";

let shop: FleetsWorkshop;
let eksModel: ApiModel;
let scalingModel: ApiModel;

beforeAll(async () => {
  shop = await openFleetsWorkshop();
  eksModel = readApiModel(shop.tools.python, "eks");
  scalingModel = readApiModel(shop.tools.python, "autoscaling");
});

afterAll(() => shop?.stop());

test("each operation answers as AWS's model of its API describes it", async () => {
  const { fleets, eks, autoScaling } = shop;
  const id = await shop.template(await shop.image(), await shop.image());
  const launchTemplate = { id, version: "2" };
  const configuration = { LaunchTemplate: { LaunchTemplateId: id, Version: "1" } };
  const desired = { LaunchTemplate: { LaunchTemplateId: id, Version: "2" } };
  fleets.addCluster("blue", { version: "1.35" });
  await fleets.addNodeGroup({ cluster: "blue", name: "workers", nodes: 1, template: { id, version: "1" } });
  await fleets.addAutoScalingGroup({ name: "group", nodes: 1, configuration, hooks: ["drain"] });
  fleets.failNext("workers", "NodeCreationFailure");
  fleets.failNext("group", "NodeCreationFailure");
  const nodeGroup = { clusterName: "blue", nodegroupName: "workers" };
  const group = { AutoScalingGroupName: "group" };

  await eks.send(new DescribeClusterCommand({ name: "blue" }));
  const { update } = await eks.send(new UpdateNodegroupVersionCommand({ ...nodeGroup, launchTemplate }));
  const Preferences = {
    AutoRollback: true,
    CheckpointPercentages: [50, 100],
    AlarmSpecification: { Alarms: ["none"] },
  };
  await autoScaling.send(new StartInstanceRefreshCommand({ ...group, DesiredConfiguration: desired, Preferences }));
  for (const minutes of [0, 12, 60]) {
    await shop.pass(minutes);
    await eks.send(new DescribeNodegroupCommand(nodeGroup));
    await eks.send(new ListUpdatesCommand({ name: "blue", nodegroupName: "workers" }));
    await eks.send(new DescribeUpdateCommand({ name: "blue", nodegroupName: "workers", updateId: update?.id }));
    await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
    await autoScaling.send(new DescribeInstanceRefreshesCommand(group));
  }
  await autoScaling.send(new DescribeLifecycleHooksCommand(group));
  await fleets.loseNode("group");
  await autoScaling.send(new DescribeScalingActivitiesCommand(group));
  await autoScaling.send(new StartInstanceRefreshCommand(group));
  await autoScaling.send(new CancelInstanceRefreshCommand(group));

  expect([...shop.answered].toSorted()).toEqual([
    "CancelInstanceRefresh",
    "DescribeAutoScalingGroups",
    "DescribeCluster",
    "DescribeInstanceRefreshes",
    "DescribeLifecycleHooks",
    "DescribeNodegroup",
    "DescribeScalingActivities",
    "DescribeUpdate",
    "ListUpdates",
    "StartInstanceRefresh",
    "UpdateNodegroupVersion",
  ]);
});

test.each([
  [{ nodegroup: { nodegroupName: "a", size: 2 } }, /has size, which is unknown/],
  [{ nodegroup: { status: "BROKEN" } }, /status is "BROKEN", expected string/],
  [{ nodegroup: { createdAt: "2026-11-05T12:00:00Z" } }, /createdAt .* expected timestamp/],
  [{ nodegroup: { scalingConfig: { minSize: "0" } } }, /minSize is "0", expected integer/],
  [{ nodegroup: { health: { issues: {} } } }, /issues is no list/],
])("the comparison finds what EKS would not answer: %j", (answer, complaint) => {
  const body = JSON.stringify(answer);

  const complaints = eksModel.complaints({ operation: "DescribeNodegroup", status: 200, body });

  expect(complaints).toEqual([expect.stringMatching(complaint)]);
});

test("the comparison finds errors that an operation does not have", () => {
  const answers = [
    { __type: "InvalidRequestException", message: "" },
    { __type: "ResourceNotFoundException", message: "" },
  ].map((error) => ({ operation: "DescribeNodegroup", status: 400, body: JSON.stringify(error) }));

  expect(answers.flatMap((answer) => eksModel.complaints(answer))).toEqual([
    "DescribeNodegroup has no error InvalidRequestException",
    "ResourceNotFoundException has the status 404, not 400",
  ]);
});

test.each([
  ["<LifecycleHooks><member><Name>drain</Name></member></LifecycleHooks>", /has Name, which is unknown/],
  ["<LifecycleHooks><member><GlobalTimeout>1h</GlobalTimeout></member></LifecycleHooks>", /expected integer/],
  ["<Hooks/>", /has Hooks, which is unknown/],
])("the comparison finds what Auto Scaling would not answer: %s", (result, complaint) => {
  const body = `<DescribeLifecycleHooksResponse><DescribeLifecycleHooksResult>${result}</DescribeLifecycleHooksResult></DescribeLifecycleHooksResponse>`;

  const complaints = scalingModel.complaints({ operation: "DescribeLifecycleHooks", status: 200, body });

  expect(complaints).toEqual([expect.stringMatching(complaint)]);
});

test("the comparison finds an Auto Scaling group that lacks what AWS always shows", () => {
  const group = "<AutoScalingGroups><member><MinSize>0</MinSize></member></AutoScalingGroups>";
  const body = `<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult>${group}</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>`;

  const complaints = scalingModel.complaints({ operation: "DescribeAutoScalingGroups", status: 200, body });

  expect(complaints).toContainEqual(expect.stringMatching(/lacks AutoScalingGroupName/));
});
