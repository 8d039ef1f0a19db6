import { AutoScalingServiceException } from "@aws-sdk/client-auto-scaling";
import { EKSServiceException } from "@aws-sdk/client-eks";
import { expect, test, vi } from "vitest";
import type { Fleet } from "../../../functions/config/fleet.ts";
import { historiesIn } from "../../../functions/domain/fleet-records.ts";
import { type FleetWrite, fleetActions } from "../../../functions/domain/fleets/actions.ts";
import { decideFleets } from "../../../functions/domain/fleets/decide.ts";
import { type IndexedWorld, indexWorld } from "../../../functions/domain/indexed-world.ts";
import { type Clients, clientsAs } from "../../../functions/io/clients.ts";
import { cancelRefresh, refreshToParameter } from "../../../functions/io/fleets/changes.ts";
import { deleteVersions } from "../../../functions/io/fleets/launch-templates.ts";
import { changeFleet, conclude, note } from "../../../functions/reconcile/rollouts.ts";
import { scene } from "../../scene.ts";
import { core } from "../../world.ts";
import { fleetAccount, presentImage } from "../io/fleets/account.ts";

vi.hoisted(() => {
  // The pace counts real seconds.
  process.env.CALL_PACE = "1000000";
});

const wanted = "ami-00000000000000b01";
const next = "ami-00000000000000b02";
const group = { variant: core, group: "web", mode: "roll", window: "always" } as const;
const nodeGroup = { ...group, name: "web", kind: "managed-node-group", cluster: "test" } as const;
const scalingGroup = {
  ...group,
  name: "web",
  kind: "auto-scaling-group",
  pace: { checkpoints: [50, 100] as number[] },
} as const;
const ownPool = { ...group, name: "web", kind: "karpenter", cluster: "test", parameter: "own" } as const;

/** An account in which stable holds an image that a person has ordered for the fleet `web`. */
async function ordered(fleet: typeof nodeGroup | typeof scalingGroup | typeof ownPool) {
  const { world } = scene({ fleets: [fleet] }, "2026-11-30T12:00:00Z")
    .published(wanted)
    .holds(wanted, ["stable"]);
  const aws = fleetAccount(world);
  if (fleet.kind !== "karpenter") aws.addGroup("web", fleet.kind);
  aws.account.objects.set(`records/rollout-orders/web/${wanted}`, { at: new Date(world.now - 1_000), body: "" });
  const records = {
    histories: historiesIn(
      { "rollout-orders": [{ kind: "rollout-orders", name: `web/${wanted}`, at: world.now - 1_000 }] },
      [fleet],
    ),
    holds: {},
  };
  async function look(): Promise<{ seen: IndexedWorld; action: FleetWrite }> {
    const fleets = await aws.observe(fleet);
    const seen = indexWorld({ ...world, fleets, fleetRecords: records });
    const [action] = decideFleets(seen).flatMap((decision) => fleetActions(seen, decision));
    return { seen, action: action as FleetWrite };
  }
  const runOf = (seen: IndexedWorld) => ({ world: seen, environment: aws.environment, clock: () => world.now });
  const carryOut = ({ seen, action }: Awaited<ReturnType<typeof look>>) => changeFleet(action, runOf(seen));
  /** What the records in the bucket say about the fleet's rollouts. */
  function attempts() {
    const stored = [...aws.account.objects.keys()].flatMap((key) => {
      const [, kind = "", ...name] = key.split("/");
      return key.startsWith("records/") ? [{ kind, name: name.join("/"), at: 0 }] : [];
    });
    const byKind = Object.groupBy(stored, ({ kind }) => kind);
    return historiesIn(byKind, [fleet]).web?.attempts;
  }
  return {
    ...aws,
    look,
    carryOut,
    runOf,
    attempts,
    recordsOf: (kind: string) => [...aws.account.objects.keys()].filter((key) => key.startsWith(`records/${kind}/`)),
  };
}

test("a node group gets a version of its template that differs in its image only, after the attempt is recorded", async () => {
  const aws = await ordered(nodeGroup);
  const planned = await aws.look();
  let recorded = 0;
  aws.answering((call, _input, answer) => {
    if (call === "eks UpdateNodegroupVersion") recorded = aws.recordsOf("rollouts").length;
    return answer();
  });

  expect(planned.action).toMatchObject({ do: "roll", image: wanted, from: presentImage });
  expect(await aws.carryOut(planned)).toBe(true);

  const [before, made] = aws.account.templates.get("lt-web") ?? [];
  expect(made).toMatchObject({ VersionNumber: 2, VersionDescription: `eks-windows-images/test/web: ${wanted}` });
  expect(made?.LaunchTemplateData).toEqual({ ...before?.LaunchTemplateData, ImageId: wanted });
  expect(aws.account.groups.get("web")?.updates).toMatchObject([{ status: "running", version: 2 }]);
  expect(recorded).toBe(1);
});

test("an Auto Scaling group is refreshed to the new version, launches first and rolls back by itself", async () => {
  const aws = await ordered(scalingGroup);
  const planned = await aws.look();
  const asked: unknown[] = [];
  aws.answering((call, input, answer) => {
    if (call === "autoscaling StartInstanceRefresh") asked.push(input);
    return answer();
  });

  await aws.carryOut(planned);

  expect(asked).toEqual([
    {
      AutoScalingGroupName: "web",
      Strategy: "Rolling",
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: "lt-web", Version: "2" } },
      Preferences: {
        MinHealthyPercentage: 100,
        MaxHealthyPercentage: 110,
        InstanceWarmup: 600,
        CheckpointPercentages: [50, 100],
        CheckpointDelay: 3600,
        SkipMatching: true,
        AutoRollback: true,
      },
    },
  ]);
});

test("a mixed-instances policy goes along whole", async () => {
  const aws = await ordered(scalingGroup);
  const policy = {
    InstancesDistribution: { SpotAllocationStrategy: "price-capacity-optimized" },
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateId: "lt-web", Version: "1" },
      Overrides: [{ InstanceType: "m7i.large" }],
    },
  };
  const asked: { DesiredConfiguration?: object }[] = [];
  aws.answering((call, input, answer) => {
    if (call === "autoscaling DescribeAutoScalingGroups")
      return { AutoScalingGroups: [{ AutoScalingGroupName: "web", MixedInstancesPolicy: policy, Instances: [] }] };
    if (call === "autoscaling StartInstanceRefresh") asked.push(input);
    return answer();
  });

  await aws.carryOut(await aws.look());

  const LaunchTemplateSpecification = { LaunchTemplateId: "lt-web", Version: "2" };
  expect(asked[0]?.DesiredConfiguration).toEqual({
    MixedInstancesPolicy: { ...policy, LaunchTemplate: { ...policy.LaunchTemplate, LaunchTemplateSpecification } },
  });
});

test("a version that EC2 has not copied whole is deleted, and the group stays", async () => {
  const aws = await ordered(nodeGroup);
  const planned = await aws.look();
  aws.answering((call, _input, answer) => {
    const answered = answer();
    if (call === "ec2 CreateLaunchTemplateVersion") {
      const made = aws.account.templates.get("lt-web")?.[1];
      if (made) made.LaunchTemplateData = { ...made.LaunchTemplateData, EbsOptimized: true };
    }
    return answered;
  });

  await expect(aws.carryOut(planned)).rejects.toThrow(/differed in more than its image and was deleted/);

  expect(aws.account.templates.get("lt-web")).toHaveLength(1);
  expect(aws.account.groups.get("web")?.updates).toEqual([]);
  // So it is told, and not tried again by itself.
  expect(aws.recordsOf("refusals")).toEqual([expect.stringMatching(/differed%20in%20more/)]);
  expect(aws.recordsOf("rollouts")).toHaveLength(1);
});

test("a version that was made for an attempt which failed is used again", async () => {
  const aws = await ordered(nodeGroup);
  const planned = await aws.look();
  aws.answering((call, _input, answer) => {
    if (call !== "eks UpdateNodegroupVersion") return answer();
    throw new EKSServiceException({ name: "ServerException", message: "no", $fault: "server", $metadata: {} });
  });
  await expect(aws.carryOut(planned)).rejects.toThrow("no");
  // Later AWS shows nothing of the attempt.
  for (const key of aws.recordsOf("rollouts")) aws.account.objects.delete(key);
  aws.answering((_call, _input, answer) => answer());

  await aws.carryOut(planned);

  expect(aws.account.templates.get("lt-web")).toHaveLength(2);
  expect(aws.account.groups.get("web")?.updates).toMatchObject([{ version: 2 }]);
});

test("a group whose version names the image already keeps it", async () => {
  const aws = await ordered(scalingGroup);
  const [version] = aws.account.templates.get("lt-web") ?? [];
  if (version) version.LaunchTemplateData = { ImageId: wanted };

  await aws.carryOut(await aws.look());

  expect(aws.account.templates.get("lt-web")).toHaveLength(1);
  expect(aws.account.groups.get("web")?.updates).toMatchObject([{ version: 1 }]);
});

test("a permission that is missing is recorded, so that it is told", async () => {
  const aws = await ordered(nodeGroup);
  const planned = await aws.look();
  aws.answering((call, _input, answer) => {
    if (call !== "ec2 CreateLaunchTemplateVersion") return answer();
    throw Object.assign(new Error("You are not authorized"), { name: "UnauthorizedOperation" });
  });

  await expect(aws.carryOut(planned)).rejects.toThrow("not authorized");

  expect(aws.recordsOf("refusals")).toEqual([expect.stringMatching(/You%20are%20not%20authorized$/)]);
});

test("a refresh of a group on its own parameter replaces all instances, and none of its alarms stops one that goes back", async () => {
  const aws = await ordered(scalingGroup);
  const { seen } = await aws.look();
  const asked: unknown[] = [];
  aws.answering((call, input, answer) => {
    if (call === "autoscaling StartInstanceRefresh") asked.push(input);
    return answer();
  });
  const fleet = { ...seen.configuration.fleets[0], alarms: ["errors"] } as Fleet;
  const { autoScaling } = clientsAs({ arn: aws.environment.FLEETS_ROLE ?? "", session: "fleets" });

  for (const isBack of [false, true]) {
    await refreshToParameter({ autoScaling } as Clients, fleet, { isBack });
    await cancelRefresh({ autoScaling } as Clients, fleet);
  }

  const common = { SkipMatching: false, AutoRollback: false };
  expect(asked).toMatchObject([
    { Preferences: { ...common, AlarmSpecification: { Alarms: ["errors"] } } },
    { Preferences: common },
  ]);
  expect(asked[1]).not.toHaveProperty("Preferences.AlarmSpecification");
  expect(aws.account.groups.get("web")?.updates.map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
});

test("to stop a refresh that has ended already is no error", async () => {
  const aws = await ordered(scalingGroup);
  const fleet = (await aws.look()).seen.configuration.fleets[0] as Fleet;

  await expect(
    cancelRefresh(clientsAs({ arn: aws.environment.FLEETS_ROLE ?? "", session: "fleets" }), fleet),
  ).resolves.toBeUndefined();
});

test("of the versions to delete all go, also if more are without use by then", async () => {
  const aws = await ordered(nodeGroup);
  const group = aws.account.groups.get("web");
  const made = [2, 3, 4, 5].map((VersionNumber) => ({
    LaunchTemplateId: "lt-web",
    VersionNumber,
    VersionDescription: `eks-windows-images/test/web: ${wanted}`,
    LaunchTemplateData: { ImageId: wanted },
  }));
  aws.account.templates.get("lt-web")?.push(...made);
  Object.assign(group ?? {}, { version: 5, started: 5 });
  for (const node of aws.account.instances) node.ImageId = wanted;
  const { seen } = await aws.look();
  const prune = { do: "prune" as const, variant: core, fleet: "web", template: "lt-web", reasons: [] };

  // Another fleet's node group named version 3, and is not read again.
  expect(await aws.carryOut({ seen, action: { ...prune, versions: [2] } })).toBe(true);
  expect(await aws.carryOut({ seen, action: { ...prune, versions: [4] } })).toBe(false);

  expect(aws.account.templates.get("lt-web")?.map(({ VersionNumber }) => VersionNumber)).toEqual([1, 3, 4, 5]);
});

test("what EC2 keeps of the versions to delete is an error that says so", async () => {
  const aws = await ordered(nodeGroup);
  aws.answering((call, _input, answer) =>
    call === "ec2 DeleteLaunchTemplateVersions"
      ? {
          UnsuccessfullyDeletedLaunchTemplateVersions: [
            { VersionNumber: 2, ResponseError: { Message: "it is the default" } },
          ],
        }
      : answer(),
  );
  const clients = clientsAs({ arn: aws.environment.FLEETS_ROLE ?? "", session: "fleets" });

  await expect(deleteVersions(clients, "lt-web", [2])).rejects.toThrow("version 2: it is the default");
});

test("nothing is done if the channel holds another image by then", async () => {
  const aws = await ordered(nodeGroup);
  const planned = await aws.look();
  const Name = `/eks-windows-images/test/channels/${core}/stable`;
  aws.account.parameters.set(Name, { ...aws.account.parameters.get(Name), Value: next, Version: 2 });

  expect(await aws.carryOut(planned)).toBe(false);

  expect(aws.account.templates.get("lt-web")).toHaveLength(1);
});

test("nothing is done if a person holds the fleet by then", async () => {
  const aws = await ordered(nodeGroup);
  const planned = await aws.look();
  const body = JSON.stringify({ by: "ann", reason: "an incident" });
  aws.account.objects.set("records/holds/web", { at: new Date(), body });

  expect(await aws.carryOut(planned)).toBe(false);
});

test("what EKS refuses for good is recorded in its words", async () => {
  const aws = await ordered(nodeGroup);
  const planned = await aws.look();
  aws.answering((call, _input, answer) => {
    if (call !== "eks UpdateNodegroupVersion") return answer();
    const message = "Requested AMI is older than the present one/100 %";
    throw new EKSServiceException({ name: "InvalidParameterException", message, $fault: "client", $metadata: {} });
  });

  await expect(aws.carryOut(planned)).rejects.toThrow("Requested AMI is older");

  expect(aws.attempts()).toMatchObject([
    { image: wanted, refused: "Requested AMI is older than the present one/100 %" },
  ]);
});

test.each([
  { status: "rolled-back", detail: "RollbackSuccessful: 100 % of/the_nodes" },
  { status: "failed", detail: undefined },
] as const)("that a rollout was seen to fail is read as it was recorded: $status", async (ending) => {
  const aws = await ordered(scalingGroup);
  const planned = await aws.look();
  await aws.carryOut(planned);
  const attemptAt = aws.attempts()?.[0]?.at ?? 0;
  const about = { do: "conclude" as const, variant: core, fleet: "web", attemptAt, reasons: [] };

  await conclude({ ...about, ending }, aws.runOf(planned.seen));

  expect(aws.attempts()).toMatchObject([{ at: attemptAt, image: wanted, ended: ending }]);
});

test("that AWS shows a fleet no more, or again, is read as it was recorded", async () => {
  const aws = await ordered(scalingGroup);
  const { seen } = await aws.look();
  const about = { do: "sight" as const, variant: core, fleet: "web", reasons: [] };
  const unseenSince = (
    lost: number,
    found: number,
    fleet: Parameters<typeof historiesIn>[1][number] = scalingGroup,
  ) => {
    const stored = aws.recordsOf("sights").map((key) => {
      const [, kind = "", ...name] = key.split("/");
      return { kind, name: name.join("/"), at: key.includes("/lost_") ? lost : found };
    });
    return historiesIn({ sights: stored }, [fleet]).web?.unseenSince;
  };

  expect(unseenSince(1_000, 2_000)).toBeUndefined();
  await note({ ...about, sight: "lost" }, aws.runOf(seen));
  expect(unseenSince(1_000, 2_000)).toBe(1_000);
  for (const elsewhere of [{ group: "web-2" }, { cluster: "test" }, { kind: "karpenter" as const }])
    expect(unseenSince(1_000, 2_000, { ...scalingGroup, ...elsewhere })).toBeUndefined();
  await note({ ...about, sight: "found" }, aws.runOf(seen));
  expect(unseenSince(1_000, 2_000)).toBeUndefined();
  expect(unseenSince(3_000, 2_000)).toBe(3_000);
});

test("what Auto Scaling cannot do now is tried again: nothing says that it was refused", async () => {
  const aws = await ordered(scalingGroup);
  const planned = await aws.look();
  aws.answering((call, _input, answer) => {
    if (call !== "autoscaling StartInstanceRefresh") return answer();
    const message = "An Instance Refresh is already in progress";
    throw new AutoScalingServiceException({
      name: "InstanceRefreshInProgress",
      message,
      $fault: "client",
      $metadata: {},
    });
  });

  await expect(aws.carryOut(planned)).rejects.toThrow("already in progress");

  expect(aws.recordsOf("refusals")).toEqual([]);
});

test("a parameter of the fleet's own is made at once, and that is no rollout", async () => {
  const aws = await ordered(ownPool);

  await aws.carryOut(await aws.look());

  expect(aws.account.parameters.get("/eks-windows-images/test/fleets/web")).toMatchObject({
    Value: wanted,
    DataType: "aws:ec2:image",
  });
  expect(aws.recordsOf("rollouts")).toEqual([]);
});

test("a parameter that exists is written after the attempt is recorded", async () => {
  const aws = await ordered(ownPool);
  const Name = "/eks-windows-images/test/fleets/web";
  aws.account.parameters.set(Name, { Name, Value: presentImage, Version: 1 });

  await aws.carryOut(await aws.look());

  expect(aws.account.parameters.get(Name)?.Value).toBe(wanted);
  expect(aws.recordsOf("rollouts")).toEqual([
    expect.stringMatching(new RegExp(`rollouts/web/\\d+_${wanted}_${presentImage}_none-none$`)),
  ]);
});
