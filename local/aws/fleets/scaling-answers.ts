import type { Activity, AutoScalingGroup, InstanceRefresh } from "@aws-sdk/client-auto-scaling";
import type { Group } from "./group.ts";
import { percentage, type Refresh } from "./instance-refresh.ts";
import type { World } from "./world.ts";

/** The activity by which a group lost a node, in the words of the user guide, "View the reason for health check failures". */
export function terminated(AutoScalingGroupName: string, { id, at }: Group["lost"][number]): Activity {
  const time = new Date(at);
  return {
    ActivityId: id.replace("i-", ""),
    AutoScalingGroupName,
    Description: `Terminating EC2 instance: ${id}`,
    Cause: `At ${time.toISOString()} an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.`,
    StartTime: time,
    EndTime: time,
    StatusCode: "Successful",
    Progress: 100,
  };
}

/** A group as DescribeAutoScalingGroups shows it. */
export function described(group: Group, { region, accountId }: World["site"]): AutoScalingGroup {
  const { name, size, nodes, configuration, createdAt, tags } = group;
  return {
    AutoScalingGroupName: name,
    AutoScalingGroupARN: `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:${name}`,
    ...configuration,
    MinSize: 0,
    MaxSize: size + 1,
    DesiredCapacity: size,
    DefaultCooldown: 300,
    AvailabilityZones: [`${region}a`],
    LoadBalancerNames: [],
    TargetGroupARNs: [],
    HealthCheckType: "EC2",
    HealthCheckGracePeriod: 300,
    Instances: nodes.map(({ id, instanceType, state, template }) => ({
      InstanceId: id,
      InstanceType: instanceType,
      AvailabilityZone: `${region}a`,
      LifecycleState: state,
      HealthStatus: "Healthy",
      LaunchTemplate: template && {
        LaunchTemplateId: template.id,
        LaunchTemplateName: template.name,
        Version: String(template.number),
      },
      ProtectedFromScaleIn: false,
    })),
    CreatedTime: new Date(createdAt),
    Tags: Object.entries(tags).map(([Key, Value]) => ({
      ResourceId: name,
      ResourceType: "auto-scaling-group",
      Key,
      Value,
      PropagateAtLaunch: true,
    })),
    TerminationPolicies: ["Default"],
    NewInstancesProtectedFromScaleIn: false,
  };
}

/** A refresh as DescribeInstanceRefreshes shows it. */
export function shown(refresh: Refresh, { name }: Group): InstanceRefresh {
  const { id, status, reason, startedAt, endedAt, desired, preferences, replacement, rollback } = refresh;
  return {
    InstanceRefreshId: id,
    AutoScalingGroupName: name,
    Status: status,
    StatusReason: reason,
    StartTime: new Date(startedAt),
    EndTime: endedAt === undefined ? undefined : new Date(endedAt),
    PercentageComplete: percentage(refresh),
    InstancesToUpdate: rollback?.InstancesToUpdateOnRollback ?? replacement?.left.length ?? 0,
    Preferences: preferences,
    DesiredConfiguration: desired,
    RollbackDetails: rollback,
    Strategy: "Rolling",
  };
}
