import type { Place } from "../deploy/look-ups.ts";

/** EC2's resource types by the prefix of their IDs. */
const typesById: Record<string, string> = {
  ami: "image",
  eni: "network-interface",
  i: "instance",
  key: "key-pair",
  lt: "launch-template",
  sg: "security-group",
  snap: "snapshot",
  subnet: "subnet",
  vol: "volume",
  vpc: "vpc",
};

/**
 * `arn:aws:ec2:us-east-1::image/ami-…`. ARNs of images and snapshots contain no account ID. The ID `*` is for a
 * resource that does not exist yet.
 */
export function ec2Arn(place: Place, type: string, id: string): string {
  const account = type === "image" || type === "snapshot" ? "" : place.accountId;
  return `arn:${place.partition}:ec2:${place.region}:${account}:${type}/${id}`;
}

/**
 * The type of an EC2 resource by its ID.
 * @throws Error for an ID with an unknown prefix: a call on it cannot be judged
 */
export function ec2TypeOf(id: string): string {
  const type = typesById[id.split("-")[0] ?? ""];
  if (!type) throw new Error(`judging a call: ${id} is not the ID of a known type of EC2 resource`);
  return type;
}

/** A group's ARN contains an ID that calls do not name, so that policies have `*` there. */
const givenId = "00000000-0000-0000-0000-000000000000";

export function clusterArn({ partition, region, accountId }: Place, cluster: string): string {
  return `arn:${partition}:eks:${region}:${accountId}:cluster/${cluster}`;
}

export function nodeGroupArn({ partition, region, accountId }: Place, cluster: string, group: string): string {
  return `arn:${partition}:eks:${region}:${accountId}:nodegroup/${cluster}/${group}/${givenId}`;
}

export function scalingGroupArn({ partition, region, accountId }: Place, group: string): string {
  return `arn:${partition}:autoscaling:${region}:${accountId}:autoScalingGroup:${givenId}:autoScalingGroupName/${group}`;
}

/** Amazon's public parameters belong to no account. */
export function parameterArn({ partition, region, accountId }: Place, name: string): string {
  const account = name.startsWith("/aws/") ? "" : accountId;
  return `arn:${partition}:ssm:${region}:${account}:parameter/${name.replace(/^\//, "")}`;
}

export function queueArn({ partition, region, accountId }: Place, url: string): string {
  return `arn:${partition}:sqs:${region}:${accountId}:${url.split("/").at(-1)}`;
}
