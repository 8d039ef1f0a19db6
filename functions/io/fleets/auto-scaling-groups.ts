import {
  type AutoScalingGroup,
  DescribeInstanceRefreshesCommand,
  DescribeLifecycleHooksCommand,
  DescribeScalingActivitiesCommand,
  type InstanceRefresh,
  type LaunchTemplateSpecification,
  paginateDescribeAutoScalingGroups,
} from "@aws-sdk/client-auto-scaling";
import type { GroupUpdate } from "../../domain/observed-fleet.ts";
import type { Clients } from "../clients.ts";

/** All groups of the account and Region by name: any of them may follow a launch template that a fleet uses. */
export async function readGroups({ autoScaling: client }: Clients): Promise<ReadonlyMap<string, AutoScalingGroup>> {
  const groups = new Map<string, AutoScalingGroup>();
  for await (const page of paginateDescribeAutoScalingGroups({ client }, { MaxRecords: 100 }))
    for (const group of page.AutoScalingGroups ?? []) groups.set(group.AutoScalingGroupName ?? "", group);
  return groups;
}

/** Whether something is told before an instance of the group terminates, and so may drain the node. */
export async function hasTerminationHook({ autoScaling }: Clients, group: string): Promise<boolean> {
  const { LifecycleHooks = [] } = await autoScaling.send(
    new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group }),
  );
  return LifecycleHooks.some(
    ({ LifecycleTransition }) => LifecycleTransition === "autoscaling:EC2_INSTANCE_TERMINATING",
  );
}

/**
 * When Auto Scaling last replaced an instance of the group because a health check failed, in milliseconds since the
 * epoch; undefined if it is not among the group's latest activities. Only the cause, a text, tells (Auto Scaling user
 * guide, "View the reason for health check failures").
 */
export async function readReplacedAt({ autoScaling }: Clients, group: string): Promise<number | undefined> {
  const { Activities = [] } = await autoScaling.send(
    new DescribeScalingActivitiesCommand({ AutoScalingGroupName: group, MaxRecords: 100 }),
  );
  const replaced = Activities.filter(({ Cause = "" }) => /\bhealth[ -]check/i.test(Cause));
  const times = replaced.flatMap(({ StartTime }) => StartTime?.getTime() ?? []);
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** The launch template of a group, also in a mixed-instances policy; undefined for a launch configuration. */
export function templateOf({
  LaunchTemplate,
  MixedInstancesPolicy,
}: AutoScalingGroup): LaunchTemplateSpecification | undefined {
  return LaunchTemplate ?? MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
}

/** The name of another group that names this version of a launch template so; undefined if there is none. */
export function otherNaming(
  { template, version }: { template: string; version: string },
  groups: ReadonlyMap<string, AutoScalingGroup>,
  own: string | undefined,
): string | undefined {
  return [...groups.values()].find(
    (group) =>
      group.AutoScalingGroupName !== own &&
      specificationsOf(group).some((one) => one?.LaunchTemplateId === template && one.Version === version),
  )?.AutoScalingGroupName;
}

function specificationsOf(group: AutoScalingGroup): (LaunchTemplateSpecification | undefined)[] {
  const overrides = group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  return [templateOf(group), ...overrides.map((one) => one.LaunchTemplateSpecification)];
}

/** The latest instance refreshes of a group, newest first, as Auto Scaling lists them. */
export async function readRefreshes({ autoScaling }: Clients, group: string): Promise<GroupUpdate[]> {
  const { InstanceRefreshes = [] } = await autoScaling.send(
    new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: group, MaxRecords: 20 }),
  );
  return InstanceRefreshes.map(updateFrom).toSorted((a, b) => b.startedAt - a.startedAt);
}

const statuses: Record<string, GroupUpdate["status"]> = {
  Successful: "succeeded",
  Failed: "failed",
  RollbackFailed: "failed",
  Cancelled: "cancelled",
  RollbackSuccessful: "rolled-back",
};

function updateFrom(refresh: InstanceRefresh): GroupUpdate {
  const { InstanceRefreshId = "", Status = "", StatusReason, StartTime, PercentageComplete } = refresh;
  const { LaunchTemplate, MixedInstancesPolicy } = refresh.DesiredConfiguration ?? {};
  const template = LaunchTemplate ?? MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  const version = Number(template?.Version);
  const status = statuses[Status] ?? "running";
  const progress = status === "running" ? `${Status}, ${PercentageComplete ?? 0} % complete` : Status;
  const reason = refresh.RollbackDetails?.RollbackReason ?? StatusReason;
  return {
    id: InstanceRefreshId,
    status,
    isEnding: Status === "RollbackInProgress" || Status === "Cancelling",
    startedAt: StartTime?.getTime() ?? 0,
    version: Number.isInteger(version) ? version : undefined,
    detail: reason ? `${progress}: ${reason}` : progress,
  };
}

/** IDs of the instances that are on their way out, although they still run: something may drain them. */
export function leavingOf({ Instances = [] }: AutoScalingGroup): string[] {
  return Instances.filter(({ LifecycleState }) => LifecycleState?.startsWith("Terminating")).map(
    ({ InstanceId = "" }) => InstanceId,
  );
}

/** What is wrong with the instances of a group. */
export function issuesOf({ Instances = [] }: AutoScalingGroup): string[] {
  return Instances.filter(({ LifecycleState }) => !LifecycleState?.startsWith("Terminating"))
    .filter(({ LifecycleState, HealthStatus }) => LifecycleState !== "InService" || HealthStatus !== "Healthy")
    .map(({ InstanceId, LifecycleState, HealthStatus }) => `${InstanceId} is ${LifecycleState} and ${HealthStatus}`);
}
