import { hash } from "node:crypto";
import type {
  AutoScalingGroup,
  DescribeInstanceRefreshesCommandInput,
  InstanceRefreshStatus,
  StartInstanceRefreshCommandInput,
} from "@aws-sdk/client-auto-scaling";
import type {
  DescribeNodegroupCommandInput,
  DescribeUpdateCommandInput,
  ListUpdatesCommandInput,
  UpdateNodegroupVersionCommandInput,
  UpdateStatus,
} from "@aws-sdk/client-eks";
import { type Account, ServiceError } from "./account.ts";

/** A node group or an Auto Scaling group. Its nodes are among the account's instances, by the tag of its name. */
export interface NodesGroup {
  kind: "managed-node-group" | "auto-scaling-group";
  cluster: string;
  name: string;
  /** The name of the Auto Scaling group; of a node group EKS makes one. */
  scaling: string;
  template: string;
  /** What the group names. */
  version: number;
  /** What new nodes start from: EKS switches to it at once and names it once the update has succeeded. */
  started?: number;
  /** Oldest first. */
  updates: NodesUpdate[];
}

export interface NodesUpdate {
  id: string;
  status: "running" | "rolling-back" | "succeeded" | "failed" | "cancelled" | "rolled-back";
  startedAt: Date;
  endedAt: Date | undefined;
  version: number | undefined;
  reason: string | undefined;
}

export const groupTag = "aws:autoscaling:groupName";

export const nodeGroups = {
  DescribeNodegroup({ groups }: Account, { nodegroupName = "" }: DescribeNodegroupCommandInput) {
    const group = groupNamed(groups, nodegroupName, "managed-node-group");
    return {
      nodegroup: {
        status: runningUpdate(group) ? "UPDATING" : "ACTIVE",
        launchTemplate: { id: group.template, version: `${group.version}` },
        resources: { autoScalingGroups: [{ name: group.scaling }] },
        health: { issues: [] },
      },
    };
  },
  DescribeCluster: () => ({ cluster: { version: "1.36", computeConfig: { enabled: false } } }),
  ListUpdates({ groups }: Account, { nodegroupName = "" }: ListUpdatesCommandInput) {
    return { updateIds: groupNamed(groups, nodegroupName, "managed-node-group").updates.map(({ id }) => id) };
  },
  DescribeUpdate({ groups }: Account, { nodegroupName = "", updateId }: DescribeUpdateCommandInput) {
    const update = groupNamed(groups, nodegroupName, "managed-node-group").updates.find(({ id }) => id === updateId);
    if (!update) throw new ServiceError("ResourceNotFoundException", `No update found for ID: ${updateId}`);
    const statuses: Record<NodesUpdate["status"], UpdateStatus> = {
      running: "InProgress",
      "rolling-back": "InProgress",
      succeeded: "Successful",
      failed: "Failed",
      cancelled: "Cancelled",
      "rolled-back": "Failed",
    };
    return {
      update: {
        id: update.id,
        status: statuses[update.status],
        type: "VersionUpdate",
        params: [{ type: "LaunchTemplateVersion", value: `${update.version}` }],
        createdAt: update.startedAt,
        errors: update.reason ? [{ errorCode: "PodEvictionFailure", errorMessage: update.reason }] : [],
      },
    };
  },
  UpdateNodegroupVersion(account: Account, input: UpdateNodegroupVersionCommandInput) {
    const group = groupNamed(account.groups, input.nodegroupName ?? "", "managed-node-group");
    if (runningUpdate(group))
      throw new ServiceError("ResourceInUseException", `Nodegroup ${group.name} is currently being updated`);
    // From the set-up phase on, new nodes start from the new version.
    group.started = Number(input.launchTemplate?.version);
    return { update: { id: begin(account, group, group.started).id, status: "InProgress" } };
  },
};

export const autoScalingGroups = {
  DescribeAutoScalingGroups({ groups, instances }: Account) {
    const described = [...groups.values()].map(
      ({ scaling, template, version, started = version }): Partial<AutoScalingGroup> => ({
        AutoScalingGroupName: scaling,
        LaunchTemplate: { LaunchTemplateId: template, Version: `${started}` },
        Instances: instances.filter(isLivingNodeOf(scaling)).map(({ InstanceId }) => ({
          InstanceId,
          LifecycleState: "InService",
          HealthStatus: "Healthy",
          AvailabilityZone: "us-east-1a",
          ProtectedFromScaleIn: false,
        })),
      }),
    );
    return { AutoScalingGroups: described };
  },
  DescribeScalingActivities: () => ({ Activities: [] }),
  DescribeLifecycleHooks: () => ({
    LifecycleHooks: [{ LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" }],
  }),
  DescribeInstanceRefreshes(
    { groups }: Account,
    { AutoScalingGroupName = "", MaxRecords = 50 }: DescribeInstanceRefreshesCommandInput,
  ) {
    const group = groupNamed(groups, AutoScalingGroupName, "auto-scaling-group");
    const statuses: Record<NodesUpdate["status"], InstanceRefreshStatus> = {
      running: "InProgress",
      "rolling-back": "RollbackInProgress",
      succeeded: "Successful",
      failed: "Failed",
      cancelled: "Cancelled",
      "rolled-back": "RollbackSuccessful",
    };
    const refreshes = group.updates.toReversed().map(({ id, status, startedAt, endedAt, version, reason }) => ({
      InstanceRefreshId: id,
      Status: statuses[status],
      StatusReason: reason,
      StartTime: startedAt,
      EndTime: endedAt,
      PercentageComplete: status === "succeeded" ? 100 : 50,
      ...(version !== undefined && {
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: group.template, Version: `${version}` } },
      }),
    }));
    return { InstanceRefreshes: refreshes.slice(0, MaxRecords) };
  },
  StartInstanceRefresh(account: Account, input: StartInstanceRefreshCommandInput) {
    const group = groupNamed(account.groups, input.AutoScalingGroupName ?? "", "auto-scaling-group");
    if (runningUpdate(group))
      throw new ServiceError("InstanceRefreshInProgress", "An Instance Refresh is already in progress.");
    const version = input.DesiredConfiguration?.LaunchTemplate?.Version;
    return { InstanceRefreshId: begin(account, group, version === undefined ? undefined : Number(version)).id };
  },
  CancelInstanceRefresh({ groups, now }: Account, { AutoScalingGroupName = "" }: { AutoScalingGroupName?: string }) {
    const update = runningUpdate(groupNamed(groups, AutoScalingGroupName, "auto-scaling-group"));
    if (!update) throw new ServiceError("ActiveInstanceRefreshNotFoundFault", "No in progress Instance Refresh found");
    Object.assign(update, { status: "cancelled", endedAt: new Date(now()) });
    return { InstanceRefreshId: update.id };
  },
};

export function runningUpdate({ updates }: NodesGroup): NodesUpdate | undefined {
  return updates.find(({ status }) => status === "running" || status === "rolling-back");
}

export function isLivingNodeOf(scaling: string) {
  return ({ Tags = [], State }: Account["instances"][number]) =>
    State?.Name === "running" && Tags.some(({ Key, Value }) => Key === groupTag && Value === scaling);
}

function begin({ now }: Account, group: NodesGroup, version: number | undefined): NodesUpdate {
  const name = `${group.name}-update-${group.updates.length}`;
  const update: NodesUpdate = {
    // No two accounts of a process have the same: what is known of an update that has ended is read only once.
    id: `${name}-${hash("sha256", `${name} ${now()}`).slice(0, 8)}`,
    status: "running",
    startedAt: new Date(now()),
    endedAt: undefined,
    version,
    reason: undefined,
  };
  group.updates.push(update);
  return update;
}

function groupNamed(groups: Account["groups"], name: string, kind: NodesGroup["kind"]): NodesGroup {
  const group = groups.get(name);
  if (group?.kind === kind) return group;
  throw new ServiceError("ResourceNotFoundException", `No group found for name: ${name}.`);
}
