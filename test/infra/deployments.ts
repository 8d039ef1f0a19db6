import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import type { Groups } from "../../local/deploy/group-look-ups.ts";
import type { Place } from "../../local/deploy/look-ups.ts";
import { type Graph, graphOf } from "./graph.ts";

/** Deployments that several test files share. A run evaluates each of them once. */

export const accountId = "123456789012";
export const usEast: Place = { partition: "aws", region: "us-east-1", accountId };
export const govCloud: Place = { partition: "aws-us-gov", region: "us-gov-west-1", accountId };
export const china: Place = { partition: "aws-cn", region: "cn-north-1", accountId };

export const variants: ConfigurationInput["variants"] = [{ windows: 2022, kubernetes: "1.35" }];
export const subnet = "subnet-0123456789abcdef0";
export const network = { kind: "vpc" as const, vpcId: "vpc-0123456789abcdef0", subnetIds: [subnet] };
/** The user's key for volumes. */
export const volumeKeyArn = "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab";

const afterBatch = { after: { fleet: "batch", healthyFor: "1h" } };

/** A fleet of each kind and mode, also with a parameter of its own. */
export const fleets: NonNullable<ConfigurationInput["fleets"]> = [
  { kind: "managed-node-group", name: "web", cluster: "blue", group: "web", mode: "roll", alarms: ["web-errors"] },
  { kind: "managed-node-group", name: "web-watched", cluster: "blue", group: "web-watched" },
  { kind: "auto-scaling-group", name: "batch", group: "batch", mode: "roll" },
  { kind: "auto-scaling-group", name: "pointed", group: "pointed", mode: "roll", parameter: "own", ...afterBatch },
  { kind: "auto-scaling-group", name: "batch-watched", group: "batch-watched", behindAfter: "21d" },
  { kind: "karpenter", name: "pool", cluster: "green", group: "windows", mode: "roll", parameter: "own" },
  { kind: "karpenter", name: "pool-watched", cluster: "green", group: "watched", parameter: "own" },
].map((fleet) => ({ variant: "windows-2022-core-1.35", window: "always", ...fleet }) as never);

/** With the smallest possible configuration. */
export function usual(place = usEast): Promise<Graph> {
  return deployed(place, {});
}

/** With everything that a configuration can allow. */
export function everything(place = usEast, stage?: string): Promise<Graph> {
  const { partition, region } = place;
  const policies = {
    retention: { deregister: true },
    kubernetesSource: "eks" as const,
    volumeKeyArn: volumeKeyArn.replace("arn:aws:kms:us-east-1", `arn:${partition}:kms:${region}`),
  };
  const assembled = { name: "assembled", windows: 2022, kubernetes: "1.35", base: "Base" } as const;
  return deployed(place, policies, [...variants, assembled], stage);
}

/** In a VPC of the user's, and with a sweep that only reports. */
export function inVpc(place = usEast): Promise<Graph> {
  return deployed(place, { network, sweep: "report" });
}

/** With {@link fleets}. */
export function withFleets(place = usEast): Promise<Graph> {
  return deployed(place, {}, variants, "production", fleets);
}

/** Another account, which has places, and its role for the service. */
export const otherAccount = "210987654321";
export const spokeArn = `arn:aws:iam::${otherAccount}:role/eks-windows-images-production-place`;

type Places = NonNullable<ConfigurationInput["places"]>;

/** A place in another Region of this account, and in another account one of each method. */
export const places: Places = [
  {
    name: "ireland",
    region: "eu-west-1",
    method: "copy",
    kmsKeyArn: `arn:aws:kms:eu-west-1:${accountId}:key/1123abcd-0123-4567-89ab-0123456789ab`,
  },
  { name: "shared", region: "us-east-1", account: otherAccount, roleArn: spokeArn, method: "share" },
  { name: "frankfurt", region: "eu-central-1", account: otherAccount, roleArn: spokeArn, method: "copy" },
];

/** With {@link places}, or these. */
export function withPlaces(of: Places = places, place = usEast): Promise<Graph> {
  const policies = { volumeKeyArn, fastLaunch: { launchTemplate: snapshots } };
  const groups = { snapshots: { template: snapshots.id, profiles: ["nodes", undefined, undefined] } };
  return graphOf({ variants, places: of, policies }, "production", place, undefined, groups);
}

/** The user's launch template for Fast Launch, of which version 3 names no instance profile. */
export const snapshots = { id: "lt-0123456789abcdef0", version: "3" };

/** With Fast Launch from {@link snapshots}. */
export function withFastLaunch(place = usEast, policies: ConfigurationInput["policies"] = {}): Promise<Graph> {
  return deployed(
    place,
    { ...policies, fastLaunch: { launchTemplate: snapshots } },
    variants,
    "production",
    undefined,
    {
      snapshots: { template: snapshots.id, profiles: ["nodes", undefined, undefined] },
    },
  );
}

function deployed(
  place: Place,
  policies: ConfigurationInput["policies"],
  of = variants,
  stage = "production",
  ofFleets?: typeof fleets,
  groups?: Groups,
): Promise<Graph> {
  const functionUrl = place.partition === "aws";
  const own = functionUrl ? policies : { ...policies, functionUrl };
  return graphOf({ variants: of, policies: own, fleets: ofFleets }, stage, place, undefined, groups);
}
