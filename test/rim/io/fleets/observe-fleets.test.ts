import { expect, test } from "vitest";
import type { KnownFleet } from "../../../../functions/domain/observed-fleet.ts";
import { scene } from "../../../scene.ts";
import { fleetAccount, presentImage } from "./account.ts";

const nodeGroup = { name: "web", kind: "managed-node-group", cluster: "test", group: "web" } as const;
const scalingGroup = { name: "web", kind: "auto-scaling-group", group: "web" } as const;
const pool = { name: "web", kind: "karpenter", cluster: "test", group: "web" } as const;

async function known(observing: Promise<Record<string, unknown>>): Promise<KnownFleet> {
  const { web } = (await observing) as Record<string, KnownFleet>;
  if (web?.state !== "known") throw new Error(JSON.stringify(web));
  return web;
}

test("a node group shows what it would start, what its nodes run and what its cluster is", async () => {
  const aws = fleetAccount();
  aws.addGroup("web", "managed-node-group");

  const fleet = await known(aws.observe(nodeGroup));

  expect(fleet).toMatchObject({
    starts: { id: presentImage, name: "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.14" },
    template: { template: "lt-web", named: "1", number: 1, made: [], followedBy: undefined },
    nodes: [{ id: "i-web", image: presentImage }],
    isChanging: false,
    cluster: { minor: "1.36", isAuto: false },
    obstacles: [],
  });
});

test("a node group whose update failed starts what the group behind it starts, whatever version EKS names", async () => {
  const aws = fleetAccount();
  aws.addGroup("web", "managed-node-group");
  const LaunchTemplateData = { ImageId: "ami-00000000000000bbb" };
  aws.account.templates.set("lt-copy", [{ LaunchTemplateId: "lt-copy", VersionNumber: 4, LaunchTemplateData }]);
  aws.answering((call, _input, answer) =>
    call === "autoscaling DescribeAutoScalingGroups"
      ? {
          AutoScalingGroups: [
            { AutoScalingGroupName: "eks-web", LaunchTemplate: { LaunchTemplateId: "lt-copy", Version: "4" } },
          ],
        }
      : answer(),
  );

  const { starts, template } = await known(aws.observe(nodeGroup));

  expect(starts?.id).toBe("ami-00000000000000bbb");
  expect(template?.number).toBe(1);
});

test("without fleets nothing is asked", async () => {
  const aws = fleetAccount();

  expect(await aws.observe()).toEqual({});
  expect(aws.calls).toEqual([]);
});

test("one fleet of each kind costs the calls that the handbook names, and as many more for each further group", async () => {
  const aws = fleetAccount();
  aws.addGroup("web", "managed-node-group");
  aws.addGroup("asg", "auto-scaling-group");
  aws.addGroup("second", "managed-node-group");
  const fleets = [
    nodeGroup,
    { ...scalingGroup, name: "asg", group: "asg" },
    { ...pool, name: "pool", parameter: "own" as const },
  ];

  await aws.observe(...fleets);
  const once = aws.calls.splice(0);
  await aws.observe(...fleets, { ...nodeGroup, name: "second", group: "second" });

  expect(once.toSorted()).toEqual([
    "autoscaling DescribeAutoScalingGroups",
    "autoscaling DescribeInstanceRefreshes",
    "autoscaling DescribeLifecycleHooks",
    "ec2 DescribeImages",
    "ec2 DescribeInstances",
    "ec2 DescribeInstances",
    "ec2 DescribeLaunchTemplateVersions",
    "ec2 DescribeLaunchTemplateVersions",
    "ec2 DescribeLaunchTemplateVersions",
    "eks DescribeCluster",
    "eks DescribeNodegroup",
    "ssm GetParametersByPath",
  ]);
  expect(aws.calls.length).toBe(once.length + 3);
});

test("nodes show when their image was made, also one of AWS, and one that is gone shows nothing", async () => {
  const aws = fleetAccount();
  aws.addGroup("web", "managed-node-group");
  const [node] = aws.account.instances;
  aws.account.instances.push({ ...node, InstanceId: "i-old", ImageId: "ami-00000000000000ccc" });

  const { nodes } = await known(aws.observe(nodeGroup));

  expect(nodes.map(({ imageMadeAt }) => imageMadeAt)).toEqual([Date.parse("2026-10-14T00:00:00Z"), undefined]);
  expect(aws.calls.filter((call) => call === "ec2 DescribeImages")).toHaveLength(1);
});

test("images of the service, which are known, are not asked for", async () => {
  const { world } = scene({}, "2026-11-30T12:00:00Z").published("ami-00000000000000b01");
  const aws = fleetAccount(world);
  aws.addGroup("web", "managed-node-group", "ami-00000000000000b01");
  for (const node of aws.account.instances) node.ImageId = "ami-00000000000000b01";

  const { nodes, starts } = await known(aws.observe(nodeGroup));

  expect(aws.calls).not.toContain("ec2 DescribeImages");
  expect(nodes).toMatchObject([{ imageMadeAt: starts?.createdAt }]);
  expect(starts?.createdAt).toBeGreaterThan(0);
});

test("a fleet that AWS does not describe is unknown, and the others are known", async () => {
  const aws = fleetAccount();
  aws.addGroup("web", "managed-node-group");

  const { web, gone } = await aws.observe(nodeGroup, { ...nodeGroup, name: "gone", group: "gone" });

  expect(web?.state).toBe("known");
  expect(gone).toEqual({ state: "unknown", why: "reading the fleet gone: No group found for name: gone." });
});

test.each([
  ["eks DescribeCluster", { unread: ["reading its cluster: Rate exceeded"], cluster: undefined }],
  ["autoscaling DescribeLifecycleHooks", { unread: ["reading its lifecycle hooks: Rate exceeded"], obstacles: [] }],
  [
    "ec2 DescribeImages",
    { starts: { id: presentImage, unread: `describing ${presentImage}: Rate exceeded` }, unread: [] },
  ],
  [
    "autoscaling DescribeScalingActivities",
    { issues: ["nobody knows whether an instance was replaced for its health: Rate exceeded"], unread: [] },
  ],
])("a fleet is known without %s, which only guards or other fleets ask for", async (failing, expected) => {
  const aws = fleetAccount();
  aws.addGroup("web", "auto-scaling-group");
  aws.addGroup("next", "auto-scaling-group");
  aws.answering((call, _input, answer) => {
    if (call === failing) throw Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
    return answer();
  });
  const next = { ...scalingGroup, name: "next", group: "next", after: { fleet: "web", healthyFor: "1h" } };

  expect(await known(aws.observe({ ...scalingGroup, cluster: "test" }, next))).toMatchObject(expected);
});

test("a group that names its version by $Latest has the number of the newest", async () => {
  const aws = fleetAccount();
  aws.addGroup("web", "auto-scaling-group");
  aws.answering((call, _input, answer) => {
    if (call !== "autoscaling DescribeAutoScalingGroups") return answer();
    const LaunchTemplate = { LaunchTemplateId: "lt-web", Version: "$Latest" };
    return {
      AutoScalingGroups: ["web", "other"].map((AutoScalingGroupName) => ({ AutoScalingGroupName, LaunchTemplate })),
    };
  });

  expect((await known(aws.observe(scalingGroup))).template).toMatchObject({
    named: "$Latest",
    number: 1,
    followedBy: "other",
  });
});

test.each([
  ["a node group without an image in its template", nodeGroup, undefined, /no launch template that names an image/],
  [
    "a template that follows another parameter",
    { ...scalingGroup, parameter: "own" as const },
    "resolve:ssm:/x",
    /let it say resolve:ssm:.*fleets\/web/,
  ],
  ["a template that follows a parameter unasked", scalingGroup, "resolve:ssm:/x", /follows \/x: say parameter/],
])("%s stands in the way", async (_what, fleet, image, obstacle) => {
  const aws = fleetAccount();
  aws.addGroup("web", fleet.kind, image);
  if (image === undefined) delete aws.account.templates.get("lt-web")?.[0]?.LaunchTemplateData?.ImageId;

  expect((await known(aws.observe(fleet))).obstacles).toEqual([expect.stringMatching(obstacle)]);
});

test("an Auto Scaling group without a lifecycle hook stands in its own way, unless it needs none", async () => {
  const aws = fleetAccount();
  aws.addGroup("web", "auto-scaling-group");
  aws.answering((call, _input, answer) =>
    call === "autoscaling DescribeLifecycleHooks" ? { LifecycleHooks: [] } : answer(),
  );

  expect((await known(aws.observe(scalingGroup))).obstacles).toEqual([expect.stringMatching(/no lifecycle hook/)]);
  expect((await known(aws.observe({ ...scalingGroup, drain: "none" }))).obstacles).toEqual([]);
});

test("a group that another fleet waits for tells when an instance was last replaced for its health", async () => {
  const aws = fleetAccount();
  aws.addGroup("web", "auto-scaling-group");
  aws.addGroup("next", "auto-scaling-group");
  const StartTime = new Date("2026-11-30T09:00:00Z");
  aws.answering((call, _input, answer) =>
    call === "autoscaling DescribeScalingActivities"
      ? {
          Activities: [
            { Cause: "At 2026-11-30T11:00:00Z a user request changed the desired capacity.", StartTime: new Date() },
            {
              Cause: "At … an instance was taken out of service in response to an ELB system health check failure.",
              StartTime,
            },
          ],
        }
      : answer(),
  );
  const next = { ...scalingGroup, name: "next", group: "next", after: { fleet: "web", healthyFor: "1h" } };

  const { web, next: waiting } = await aws.observe(scalingGroup, next);

  expect(web).toMatchObject({ replacedAt: StartTime.getTime() });
  expect(waiting).toMatchObject({ replacedAt: undefined });
  expect(aws.calls.filter((call) => call.endsWith("DescribeScalingActivities"))).toHaveLength(1);
});

test("a mixed-instances policy with requirements cannot follow a parameter", async () => {
  const aws = fleetAccount();
  aws.addGroup("web", "auto-scaling-group", "resolve:ssm:/eks-windows-images/test/fleets/web");
  aws.answering((call, _input, answer) => {
    if (call !== "autoscaling DescribeAutoScalingGroups") return answer();
    const LaunchTemplateSpecification = { LaunchTemplateId: "lt-web", Version: "1" };
    const LaunchTemplate = { LaunchTemplateSpecification, Overrides: [{ InstanceRequirements: {} }] };
    return { AutoScalingGroups: [{ AutoScalingGroupName: "web", MixedInstancesPolicy: { LaunchTemplate } }] };
  });

  const { obstacles } = await known(aws.observe({ ...scalingGroup, parameter: "own" }));

  expect(obstacles).toEqual([expect.stringMatching(/refuses a parameter/)]);
});

test("a fleet with a parameter of its own starts what that holds, and a missing one starts nothing", async () => {
  const aws = fleetAccount();
  const Name = `${aws.environment.FLEETS_PREFIX}/web`;
  const fleet = { ...pool, parameter: "own" as const };

  expect((await known(aws.observe(fleet))).starts).toBeUndefined();
  aws.account.parameters.set(Name, { Name, Value: presentImage });
  expect((await known(aws.observe(fleet))).starts).toMatchObject({ id: presentImage });
});

test("Karpenter's nodes belong to the pool of their cluster", async () => {
  const aws = fleetAccount();
  for (const cluster of ["test", "other"])
    aws.account.instances.push({
      InstanceId: `i-${cluster}`,
      ImageId: presentImage,
      State: { Name: "running" },
      Tags: [
        { Key: "karpenter.sh/nodepool", Value: "web" },
        { Key: `kubernetes.io/cluster/${cluster}`, Value: "owned" },
      ],
    });

  const { nodes } = await known(aws.observe({ ...pool, parameter: "channel" }));

  expect(nodes.map(({ id }) => id)).toEqual(["i-test"]);
});

test("an alarm that rings, and one that does not exist, are trouble", async () => {
  const aws = fleetAccount();
  aws.addGroup("web", "managed-node-group");
  const StateTransitionedTimestamp = new Date("2026-11-30T11:00:00Z");
  aws.answering((call, _input, answer) =>
    call === "cloudwatch DescribeAlarms"
      ? {
          MetricAlarms: [
            { AlarmName: "errors", StateValue: "ALARM", StateTransitionedTimestamp },
            { AlarmName: "fine", StateValue: "OK", StateTransitionedTimestamp: new Date(0) },
          ],
        }
      : answer(),
  );

  const { alarms } = await known(aws.observe({ ...nodeGroup, alarms: ["errors", "fine", "gone"] }));

  expect(alarms).toEqual({
    ringing: ["errors", "gone (it does not exist)"],
    changedAt: StateTransitionedTimestamp.getTime(),
  });
});

test("updates are read once the fleet has been rolled, and those that have ended only once", async () => {
  const aws = fleetAccount();
  const group = aws.addGroup("web", "managed-node-group");
  const update = { startedAt: new Date("2026-11-30T10:00:00Z"), endedAt: undefined, version: 2 };
  group.updates.push({ ...update, id: "once", status: "failed", reason: "pods stay" });
  group.updates.push({
    ...update,
    id: "runs",
    status: "running",
    reason: undefined,
    startedAt: new Date("2026-11-30T11:00:00Z"),
  });
  const fleet = { ...nodeGroup, mode: "roll", window: "always" } as const;

  expect((await known(aws.observe(fleet))).updates).toEqual([]);
  const Key = `records/rollouts/web/1000_${presentImage}_none_1-2`;
  aws.account.objects.set(Key, { at: new Date(0), body: "" });
  const { updates, isChanging } = await known(aws.observe(fleet));
  aws.calls.length = 0;
  await aws.observe(fleet);

  expect(updates).toMatchObject([
    { id: "runs", status: "running", version: 2 },
    { id: "once", status: "failed", detail: "PodEvictionFailure: pods stay" },
  ]);
  expect(isChanging).toBe(true);
  expect(aws.calls.filter((call) => call === "eks DescribeUpdate")).toHaveLength(1);
});

test("a version that the node group of another fleet names is not one that may go", async () => {
  const aws = fleetAccount();
  const [group, other] = ["web", "other"].map((name) => aws.addGroup(name, "managed-node-group"));
  const version = { LaunchTemplateId: "lt-web", LaunchTemplateData: { ImageId: presentImage } };
  const VersionDescription = "eks-windows-images/test/web: ami-1";
  for (const VersionNumber of [2, 3, 4])
    aws.account.templates.get("lt-web")?.push({ ...version, VersionNumber, VersionDescription });
  Object.assign(other ?? {}, { template: group?.template, version: 3 });
  const before = aws.calls.length;
  const both = () => aws.observe(nodeGroup, { ...nodeGroup, name: "other", group: "other" });

  expect((await both()).web).toMatchObject({ template: { made: [2, 4] } });
  expect(aws.calls.slice(before).filter((call) => call === "eks DescribeNodegroup")).toHaveLength(2);

  aws.answering((call, { nodegroupName }: { nodegroupName?: string }, answer) => {
    if (call === "eks DescribeNodegroup" && nodegroupName === "other") throw new Error("throttled");
    return answer();
  });
  expect(await both()).toMatchObject({ web: { template: { made: [] } }, other: { state: "unknown" } });
});

test("the versions that the service made for the fleet are known by their description", async () => {
  const aws = fleetAccount();
  aws.addGroup("web", "managed-node-group");
  const version = { LaunchTemplateId: "lt-web", LaunchTemplateData: { ImageId: presentImage } };
  aws.account.templates
    .get("lt-web")
    ?.push(
      { ...version, VersionNumber: 2, VersionDescription: "eks-windows-images/test/web: ami-1" },
      { ...version, VersionNumber: 3, VersionDescription: "eks-windows-images/test/web-2: ami-1" },
    );

  expect((await known(aws.observe(nodeGroup))).template?.made).toEqual([2]);
});
