import type { Fleet } from "../functions/config/fleet.ts";
import { arnOf } from "./account.ts";
import { fleets } from "./configuration.ts";
import { fleetsPrefix, roleArn } from "./names.ts";

/** Those in places are read and changed by the places' roles. */
export const fleetsAtHome = fleets.filter(({ place }) => place === undefined);
export const nodeGroups = ofKind("managed-node-group", fleetsAtHome);
export const scalingGroups = ofKind("auto-scaling-group", fleetsAtHome);

export const rolled = fleetsAtHome.filter(({ mode }) => mode === "roll");
/** Karpenter's nodes are not among these: they follow their parameter by themselves. */
export const rolledGroups = rolled.filter(({ kind }) => kind !== "karpenter");

/** ARN of the role that alone may change groups; undefined if none is to be changed. */
export const fleetsRole = rolledGroups.length > 0 ? roleArn("fleets") : undefined;

export function ofKind(kind: Fleet["kind"], of: readonly Fleet[]): Fleet[] {
  return of.filter((fleet) => fleet.kind === kind);
}

export function hasOwnParameter({ parameter }: Fleet): boolean {
  return parameter === "own";
}

/** ARN of the parameter of a fleet that has one of its own. */
export function ownParameter({ name }: Fleet): $util.Output<string> {
  return arnOf("ssm", `parameter${fleetsPrefix}/${name}`);
}

/** ARN of a node group. It ends in an ID that EKS gives it. */
export function nodeGroupArn({ cluster, group }: Fleet): $util.Output<string> {
  return arnOf("eks", `nodegroup/${cluster}/${group}/*`);
}

/** ARN of an Auto Scaling group. It contains an ID that Auto Scaling gives it. */
export function scalingGroupArn({ group }: Fleet): $util.Output<string> {
  return arnOf("autoscaling", `autoScalingGroup:*:autoScalingGroupName/${group}`);
}

/** ARNs of the clusters that these fleets name. */
export function clusterArns(of: readonly Fleet[]): $util.Output<string>[] {
  const clusters = new Set(of.flatMap(({ cluster }) => cluster ?? []));
  return [...clusters].map((cluster) => arnOf("eks", `cluster/${cluster}`));
}
