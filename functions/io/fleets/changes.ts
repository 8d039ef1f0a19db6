import {
  ActiveInstanceRefreshNotFoundFault,
  type AutoScalingGroup,
  CancelInstanceRefreshCommand,
  StartInstanceRefreshCommand,
} from "@aws-sdk/client-auto-scaling";
import { UpdateNodegroupVersionCommand } from "@aws-sdk/client-eks";
import type { Fleet } from "../../config/fleet.ts";
import { second } from "../../config/time.ts";
import type { Clients } from "../clients.ts";
import { DifferentVersion } from "./launch-templates.ts";

/** A version of a launch template. */
export interface Version {
  template: string;
  number: number;
}

/**
 * Lets EKS replace a node group's nodes. With a custom image EKS refuses `version` and `releaseVersion` (EKS user guide,
 * "Customize managed nodes with launch templates").
 * @param force whether nodes go even if a disruption budget forbids it
 * @param token EKS begins no second update for the same token
 */
export async function updateNodeGroup(
  { eks }: Clients,
  { cluster, group }: Fleet,
  { template, number }: Version,
  { force, token }: { force: boolean; token: string },
): Promise<void> {
  await eks.send(
    new UpdateNodegroupVersionCommand({
      clusterName: cluster,
      nodegroupName: group,
      launchTemplate: { id: template, version: `${number}` },
      force,
      clientRequestToken: token,
    }),
  );
}

/**
 * Replaces a group's instances by those of a version, and gives the group that version once all are replaced. A
 * mixed-instances policy goes along whole, because what it lacks would count as removed.
 */
export async function refreshToVersion(
  { autoScaling }: Clients,
  fleet: Fleet,
  group: AutoScalingGroup,
  { template, number, isBack }: Version & { isBack: boolean },
): Promise<void> {
  const version = { LaunchTemplateId: template, Version: `${number}` };
  const mixed = group.MixedInstancesPolicy;
  await autoScaling.send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: fleet.group,
      Strategy: "Rolling",
      DesiredConfiguration: mixed
        ? {
            MixedInstancesPolicy: {
              ...mixed,
              LaunchTemplate: { ...mixed.LaunchTemplate, LaunchTemplateSpecification: version },
            },
          }
        : { LaunchTemplate: version },
      Preferences: { ...preferencesOf(fleet, isBack), SkipMatching: true, AutoRollback: !isBack },
    }),
  );
}

/**
 * Replaces a group's instances by those of the image that its parameter holds. The template stays the same, so
 * `SkipMatching` would replace none, and Auto Scaling refuses `AutoRollback` (Auto Scaling user guide, "Undo changes
 * with a rollback").
 */
export async function refreshToParameter(
  { autoScaling }: Clients,
  fleet: Fleet,
  { isBack }: { isBack: boolean },
): Promise<void> {
  await autoScaling.send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: fleet.group,
      Strategy: "Rolling",
      Preferences: { ...preferencesOf(fleet, isBack), SkipMatching: false, AutoRollback: false },
    }),
  );
}

/** Whoever goes back leaves what may have made an alarm ring: that alarm must not stop it, nor AWS bring it forward again. */
function preferencesOf({ pace, alarms }: Fleet, isBack: boolean) {
  const { minHealthy = 100, maxHealthy = 110, checkpoints = [], checkpointDelay = 0, warmup } = pace ?? {};
  return {
    MinHealthyPercentage: minHealthy,
    MaxHealthyPercentage: maxHealthy,
    ...(warmup !== undefined && { InstanceWarmup: Math.round(warmup / second) }),
    ...(checkpoints.length > 0 && {
      CheckpointPercentages: checkpoints,
      CheckpointDelay: Math.round(checkpointDelay / second),
    }),
    ...(alarms.length > 0 && !isBack && { AlarmSpecification: { Alarms: alarms } }),
  };
}

/** Stops an instance refresh. If none runs any more, nothing happens. */
export async function cancelRefresh({ autoScaling }: Clients, { group }: Fleet): Promise<void> {
  try {
    await autoScaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: group }));
  } catch (error) {
    if (!(error instanceof ActiveInstanceRefreshNotFoundFault)) throw error;
  }
}

/**
 * Answers by which AWS says that this will not work until a person does something, unlike one that comes at a bad time
 * (`InvalidRequestException`: "given the state of the cluster").
 */
const refusing = /^(InvalidParameter|Validation|ResourceNotFound|ClientException|AccessDenied|Unauthorized)/;

/** Whether AWS refused what was asked, so that asking again changes nothing. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && (error instanceof DifferentVersion || refusing.test(error.name));
}
