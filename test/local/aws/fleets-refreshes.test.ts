import {
  CancelInstanceRefreshCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeLifecycleHooksCommand,
  type DesiredConfiguration,
  type RefreshPreferences,
  StartInstanceRefreshCommand,
} from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewAutoScalingGroup } from "../../../local/aws/fleets/additions.ts";
import { type FleetsWorkshop, openFleetsWorkshop } from "./fleets-workshop.ts";

let shop: FleetsWorkshop;
let old: string;
let young: string;

beforeAll(async () => {
  shop = await openFleetsWorkshop();
  old = await shop.image();
  young = await shop.image();
});

afterAll(() => shop?.stop());

const version = (LaunchTemplateId: string, Version: string): DesiredConfiguration => ({
  LaunchTemplate: { LaunchTemplateId, Version },
});

/** A group of two nodes at version 1 of its template, whose version 2 has the young image. */
async function group(more: Partial<NewAutoScalingGroup> = {}) {
  const name = shop.fresh("group");
  const id = await shop.template(old, young);
  await shop.fleets.addAutoScalingGroup({
    name,
    nodes: 2,
    configuration: version(id, "1"),
    minutesPerNode: 10,
    ...more,
  });
  return { name, id };
}

/** A group whose template takes its image from a parameter. */
async function follower() {
  const parameter = `/${shop.fresh("parameter")}`;
  await point(parameter, old);
  const id = await shop.template(`resolve:ssm:${parameter}`);
  const { name } = await group({ configuration: version(id, "1") });
  return { parameter, id, name };
}

async function point(parameter: string, image: string): Promise<void> {
  await shop.ssm.send(new PutParameterCommand({ Name: parameter, Value: image, Type: "String", Overwrite: true }));
}

async function refresh(name: string, DesiredConfiguration?: DesiredConfiguration, Preferences?: RefreshPreferences) {
  const { InstanceRefreshId } = await shop.autoScaling.send(
    new StartInstanceRefreshCommand({ AutoScalingGroupName: name, DesiredConfiguration, Preferences }),
  );
  return InstanceRefreshId;
}

async function latest(name: string) {
  const { InstanceRefreshes: [newest] = [] } = await shop.autoScaling.send(
    new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name }),
  );
  return newest;
}

async function described(name: string) {
  const { AutoScalingGroups: [found] = [] } = await shop.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  return found;
}

async function imagesOf(name: string) {
  return (await shop.nodes("aws:autoscaling:groupName", name)).map(({ image }) => image);
}

const refusal = (call: Promise<unknown>) => call.then(String, ({ name, message }: Error) => `${name}: ${message}`);

test("a refresh goes through its stages and then the group has the desired template", async () => {
  const { name, id } = await group();

  await refresh(name, version(id, "2"), { SkipMatching: true, MinHealthyPercentage: 100, MaxHealthyPercentage: 110 });
  const pending = await latest(name);
  await shop.pass(12);
  const half = await latest(name);
  const during = await described(name);
  await shop.pass(10);
  const over = await latest(name);

  expect(pending).toMatchObject({ Status: "Pending", PercentageComplete: 0, Preferences: { SkipMatching: true } });
  expect(half).toMatchObject({ Status: "InProgress", PercentageComplete: 50, InstancesToUpdate: 1 });
  expect(during).toMatchObject({ LaunchTemplate: { Version: "1" }, DesiredCapacity: 2 });
  expect(over).toMatchObject({ Status: "Successful", PercentageComplete: 100, EndTime: expect.any(Date) });
  expect(await described(name)).toMatchObject({
    LaunchTemplate: { Version: "2" },
    Instances: [{ LifecycleState: "InService", LaunchTemplate: { Version: "2" } }, {}],
  });
  expect(await imagesOf(name)).toEqual([young, young]);
});

test("a failing refresh with AutoRollback brings the old version back", async () => {
  const { name, id } = await group();
  shop.fleets.failNext(name, "NodeCreationFailure");

  await refresh(name, version(id, "2"), { AutoRollback: true });
  await shop.pass(21.5);
  const during = await latest(name);
  const mixed = await imagesOf(name);
  await shop.pass(60);

  expect(during).toMatchObject({
    Status: "RollbackInProgress",
    RollbackDetails: { PercentageCompleteOnRollback: 50, InstancesToUpdateOnRollback: 1 },
  });
  expect(mixed.toSorted()).toEqual([old, young].toSorted());
  expect(await latest(name)).toMatchObject({ Status: "RollbackSuccessful", PercentageComplete: 0 });
  expect(await imagesOf(name)).toEqual([old, old]);
  expect(await described(name)).toMatchObject({ LaunchTemplate: { Version: "1" } });
});

test("a failing refresh without AutoRollback leaves the nodes as they are", async () => {
  const { name, id } = await group();
  shop.fleets.failNext(name, "NodeCreationFailure");

  await refresh(name, version(id, "2"));
  await shop.pass(60);

  expect(await latest(name)).toMatchObject({ Status: "Failed", StatusReason: expect.any(String) });
  expect((await imagesOf(name)).toSorted()).toEqual([old, young].toSorted());
});

test("an alarm that rings fails a refresh", async () => {
  const { name, id } = await group();
  const cloudwatch = new CloudWatchClient(shop.access);
  const alarm = shop.fresh("alarm");
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: alarm,
      MetricName: "errors",
      Namespace: "web",
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: 1,
      Period: 60,
      Statistic: "Sum",
      Threshold: 1,
    }),
  );

  await refresh(name, version(id, "2"), { AlarmSpecification: { Alarms: [alarm] } });
  await shop.pass(12);
  await cloudwatch.send(new SetAlarmStateCommand({ AlarmName: alarm, StateValue: "ALARM", StateReason: "errors" }));
  await shop.pass(60);

  expect(await latest(name)).toMatchObject({ Status: "Failed", StatusReason: expect.stringContaining(alarm) });
  expect((await imagesOf(name)).toSorted()).toEqual([old, young].toSorted());
});

test("a cancelled refresh ends where it is", async () => {
  const { name, id } = await group();
  await refresh(name, version(id, "2"));
  await shop.pass(12);

  await shop.autoScaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: name }));
  const cancelling = await latest(name);
  await shop.pass(60);

  expect(cancelling).toMatchObject({ Status: "Cancelling" });
  expect(await latest(name)).toMatchObject({ Status: "Cancelled", PercentageComplete: 50 });
  expect((await imagesOf(name)).toSorted()).toEqual([old, young].toSorted());
});

test("a refresh waits at its checkpoints and for the warm-up of each node", async () => {
  const { name, id } = await group({ minutesPerNode: 5 });

  await refresh(name, version(id, "2"), {
    CheckpointPercentages: [50, 100],
    CheckpointDelay: 3600,
    InstanceWarmup: 300,
  });
  await shop.pass(60);
  const waiting = await latest(name);
  await shop.pass(30);

  expect(waiting).toMatchObject({ Status: "InProgress", PercentageComplete: 50 });
  expect(await latest(name)).toMatchObject({ Status: "Successful" });
});

test("SkipMatching replaces nothing when only the parameter of the template has changed", async () => {
  const { name, parameter } = await follower();
  await point(parameter, young);

  await refresh(name, undefined, { SkipMatching: true });
  await shop.pass(60);
  const skipped = await imagesOf(name);
  await refresh(name);
  await shop.pass(60);

  expect(skipped).toEqual([old, old]);
  expect(await imagesOf(name)).toEqual([young, young]);
});

test("a group that follows a parameter starts its image with the next instance", async () => {
  const { name, parameter } = await follower();

  await point(parameter, young);
  await shop.fleets.loseNode(name);

  expect((await imagesOf(name)).toSorted()).toEqual([old, young].toSorted());
});

test("a node that does not get ready holds a refresh, and cancelling it ends the node", async () => {
  const { name, id } = await group();
  shop.fleets.stall(name, "join");

  await refresh(name, version(id, "2"));
  await shop.pass(600);
  const states = (await described(name))?.Instances?.map(({ LifecycleState }) => LifecycleState);
  await shop.autoScaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: name }));
  await shop.pass(5);

  expect(states).toEqual(["InService", "InService", "Pending:Wait"]);
  expect(await imagesOf(name)).toEqual([old, old]);
});

test("a mixed-instances policy is refreshed as a whole", async () => {
  const id = await shop.template(old, young);
  const policy = (Version: string): DesiredConfiguration => ({
    MixedInstancesPolicy: {
      LaunchTemplate: {
        LaunchTemplateSpecification: { LaunchTemplateId: id, Version },
        Overrides: [{ InstanceType: "m7i.large" }, { InstanceType: "m7i.xlarge", WeightedCapacity: "2" }],
      },
      InstancesDistribution: { OnDemandBaseCapacity: 1, SpotAllocationStrategy: "price-capacity-optimized" },
    },
  });
  const { name } = await group({ configuration: policy("1") });

  await refresh(name, policy("2"), { SkipMatching: true });
  await shop.pass(60);

  expect(await described(name)).toMatchObject(policy("2"));
  expect(await imagesOf(name)).toEqual([young, young]);
});

test("Auto Scaling refuses what it cannot do, by its own errors", async () => {
  const { name, id } = await group();
  const latestOnes = await group({ configuration: version(id, "$Latest") });
  const following = await follower();
  const rollback = { AutoRollback: true };
  const requirements = {
    MixedInstancesPolicy: {
      LaunchTemplate: {
        LaunchTemplateSpecification: { LaunchTemplateId: following.id, Version: "1" },
        Overrides: [{ InstanceRequirements: { VCpuCount: { Min: 4 }, MemoryMiB: { Min: 8192 } } }],
      },
    },
  };

  const refusals = [
    await refusal(refresh(name, undefined, rollback)),
    await refusal(refresh(latestOnes.name, version(id, "2"), rollback)),
    await refusal(refresh(following.name, version(following.id, "1"), rollback)),
    await refusal(refresh(following.name, requirements)),
    await refusal(refresh(name, version(id, "3"))),
    await refusal(refresh("none", version(id, "2"))),
    await refusal(shop.autoScaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: name }))),
  ];
  await refresh(name, version(id, "2"));
  const second = await refusal(refresh(name, version(id, "2")));

  expect(refusals).toEqual([
    expect.stringMatching(/^ValidationError: .*DesiredConfiguration parameter is empty/),
    expect.stringMatching(/^ValidationError: .*\$Latest/),
    expect.stringMatching(/^ValidationError: .*AMI ID/),
    expect.stringMatching(/^ValidationError: .*InstanceRequirements/),
    expect.stringMatching(/^ValidationError: .*version 3/),
    expect.stringMatching(/^ValidationError: .*none not found/),
    expect.stringMatching(/^ActiveInstanceRefreshNotFound: |^ActiveInstanceRefreshNotFoundFault: /),
  ]);
  expect(second).toMatch(/^InstanceRefreshInProgress/);
});

test("groups are found by name and tag, and come in pages", async () => {
  const wave = shop.fresh("wave");
  const names = [
    (await group({ tags: { wave } })).name,
    (await group({ tags: { wave } })).name,
    (await group({ tags: { wave } })).name,
  ];

  const Filters = [{ Name: "tag:wave", Values: [wave] }];
  const first = await shop.autoScaling.send(new DescribeAutoScalingGroupsCommand({ Filters, MaxRecords: 2 }));
  const rest = await shop.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ Filters, MaxRecords: 2, NextToken: first.NextToken }),
  );

  const found = [...(first.AutoScalingGroups ?? []), ...(rest.AutoScalingGroups ?? [])];
  expect(found.map(({ AutoScalingGroupName }) => AutoScalingGroupName)).toEqual(names);
  expect(rest.NextToken).toBeUndefined();
});

test("refreshes are listed from the newest to the oldest", async () => {
  const { name, id } = await group();
  const first = await refresh(name, version(id, "2"));
  await shop.pass(60);
  const second = await refresh(name, version(id, "1"));

  const { InstanceRefreshes = [] } = await shop.autoScaling.send(
    new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name }),
  );

  expect(InstanceRefreshes.map(({ InstanceRefreshId }) => InstanceRefreshId)).toEqual([second, first]);
});

test("a group shows its hooks for termination", async () => {
  const { name } = await group({ hooks: ["drain"] });

  const { LifecycleHooks } = await shop.autoScaling.send(
    new DescribeLifecycleHooksCommand({ AutoScalingGroupName: name }),
  );

  expect(LifecycleHooks).toMatchObject([
    { LifecycleHookName: "drain", LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" },
  ]);
});

test("a group that somebody else moves starts the other version with its next instance only", async () => {
  const { name } = await group();

  await shop.fleets.moveByHand(name, 2);
  const before = await imagesOf(name);
  await shop.fleets.loseNode(name);

  expect(before).toEqual([old, old]);
  expect((await imagesOf(name)).toSorted()).toEqual([old, young].toSorted());
});

test("Karpenter replaces nodes that drift from its parameter, one after another", async () => {
  const parameter = `/${shop.fresh("parameter")}`;
  const name = shop.fresh("pool");
  await point(parameter, old);
  await shop.fleets.addKarpenterPool({
    cluster: "blue",
    name,
    parameter,
    nodes: 3,
    delayMinutes: 5,
    minutesPerNode: 10,
  });
  const images = async () => (await shop.nodes("karpenter.sh/nodepool", name)).map(({ image }) => image);

  await point(parameter, young);
  await shop.pass(16);
  const between = await images();
  const release = shop.fleets.stall(name);
  await shop.pass(60);
  const stalled = await images();
  release();
  await shop.pass(1);
  const [node] = await shop.nodes("karpenter.sh/nodepool", name);

  expect(between.filter((image) => image === young)).toHaveLength(2);
  expect(stalled.filter((image) => image === young)).toHaveLength(2);
  expect(await images()).toEqual([young, young, young]);
  expect(node?.instance.Tags).toContainEqual({ Key: "kubernetes.io/cluster/blue", Value: "owned" });
});
