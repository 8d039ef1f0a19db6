import type { Fleet } from "../functions/config/fleet.ts";
import { arnOf } from "./account.ts";
import { fleets } from "./configuration.ts";
import { fleetsPrefix, roleArn } from "./names.ts";
import type { UnscopedAction } from "./unscoped.ts";

type Permission = sst.aws.FunctionPermissionArgs;

const nodeGroups = ofKind("managed-node-group", fleets);
const scalingGroups = ofKind("auto-scaling-group", fleets);
const rolled = fleets.filter(({ mode }) => mode === "roll");

/** The fleets that the service rolls, by kind. Karpenter's follow their parameter by themselves. */
export const rolledNodeGroups = ofKind("managed-node-group", rolled);
export const rolledScalingGroups = ofKind("auto-scaling-group", rolled);

/** ARN of the role that alone may change groups; undefined if none is to be changed. */
export const fleetsRole = rolledNodeGroups.length + rolledScalingGroups.length > 0 ? roleArn("fleets") : undefined;

/** What the functions read of fleets and IAM cannot restrict. */
export const fleetLooks: UnscopedAction[] = [
  ...(nodeGroups.length + scalingGroups.length > 0 ? (["autoscaling:DescribeAutoScalingGroups"] as const) : []),
  ...(scalingGroups.length > 0
    ? (["autoscaling:DescribeInstanceRefreshes", "autoscaling:DescribeLifecycleHooks"] as const)
    : []),
  ...(fleets.some(({ alarms }) => alarms.length > 0) ? (["cloudwatch:DescribeAlarms"] as const) : []),
];

/** What both functions read of exactly the configured fleets, in addition to {@link fleetLooks}. */
export const observingFleets: Permission[] = [
  ...on(["eks:DescribeCluster"], clustersOf(fleets)),
  // EKS's updates belong to the cluster and to the node group: IAM asks for both.
  ...on(
    ["eks:DescribeNodegroup", "eks:DescribeUpdate", "eks:ListUpdates"],
    [...clustersOf(nodeGroups), ...nodeGroups.map(nodeGroupArn)],
  ),
  ...on(
    ["ssm:GetParametersByPath"],
    fleets.some(({ parameter }) => parameter === "own") ? [arnOf("ssm", `parameter${fleetsPrefix}`)] : [],
  ),
];

/** What reconcile may change itself: the parameters of fleets. Everything else takes the fleets' role. */
export const changingFleets: Permission[] = [
  // The first write of a parameter also writes its tags.
  ...on(["ssm:PutParameter", "ssm:AddTagsToResource"], ownParameters(rolled)),
  ...on(["sts:AssumeRole"], fleetsRole ? [fleetsRole] : []),
];

/** ARNs of the parameters of those fleets that have one of their own. */
export function ownParameters(of: readonly Fleet[]): $util.Output<string>[] {
  return of
    .filter(({ parameter }) => parameter === "own")
    .map(({ name }) => arnOf("ssm", `parameter${fleetsPrefix}/${name}`));
}

/** The ARN of a node group ends in an ID that EKS gives it. */
export function nodeGroupArn({ cluster, group }: Fleet): $util.Output<string> {
  return arnOf("eks", `nodegroup/${cluster}/${group}/*`);
}

function clustersOf(of: readonly Fleet[]): $util.Output<string>[] {
  const clusters = new Set(of.flatMap(({ cluster }) => cluster ?? []));
  return [...clusters].map((cluster) => arnOf("eks", `cluster/${cluster}`));
}

function ofKind(kind: Fleet["kind"], of: readonly Fleet[]): Fleet[] {
  return of.filter((fleet) => fleet.kind === kind);
}

function on(actions: string[], resources: $util.Output<string>[]): Permission[] {
  return resources.length > 0 ? [{ actions, resources }] : [];
}
