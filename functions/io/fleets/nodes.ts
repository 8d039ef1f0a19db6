import { type Filter, type Instance, paginateDescribeInstances } from "@aws-sdk/client-ec2";
import { chunk } from "es-toolkit";
import type { FleetNode } from "../../domain/observed-fleet.ts";
import type { Clients } from "../clients.ts";

/** EC2 takes so many values of one filter (EC2 API reference, DescribeInstances). */
const valuesPerCall = 200;

/** Instances that Auto Scaling or Karpenter terminates are on their way out. */
const living: Filter = { Name: "instance-state-name", Values: ["pending", "running"] };

const groupTag = "aws:autoscaling:groupName";
const poolTag = "karpenter.sh/nodepool";
const clusterTag = "kubernetes.io/cluster/";

/** The nodes of Auto Scaling groups, also those of node groups, by the group's name. */
export async function readGroupNodes(
  clients: Clients,
  groups: readonly string[],
): Promise<ReadonlyMap<string, FleetNode[]>> {
  const instances = await readInstances(clients, groupTag, groups);
  return new Map([...Map.groupBy(instances, tag(groupTag))].map(([group, own]) => [group, own.map(nodeOf)]));
}

/** A pool of nodes that Karpenter runs in a cluster. */
export interface Pool {
  cluster: string;
  group: string;
}

/**
 * The nodes of Karpenter's pools, by {@link poolKey}. Karpenter tags each instance with its pool and as owned by its
 * cluster (karpenter.sh, "NodeClasses", spec.tags).
 */
export async function readPoolNodes(
  clients: Clients,
  pools: readonly Pool[],
): Promise<ReadonlyMap<string, FleetNode[]>> {
  const instances = await readInstances(
    clients,
    poolTag,
    pools.map(({ group }) => group),
  );
  const byPool = Map.groupBy(instances, (instance) => {
    const owner = instance.Tags?.find(({ Key = "" }) => Key.startsWith(clusterTag))?.Key?.slice(clusterTag.length);
    return poolKey({ cluster: owner ?? "", group: tag(poolTag)(instance) });
  });
  return new Map([...byPool].map(([key, own]) => [key, own.map(nodeOf)]));
}

export function poolKey({ cluster, group }: Pool): string {
  return `${cluster}/${group}`;
}

async function readInstances({ ec2: client }: Clients, key: string, values: readonly string[]): Promise<Instance[]> {
  const instances: Instance[] = [];
  for (const Values of chunk([...new Set(values)], valuesPerCall)) {
    const Filters = [{ Name: `tag:${key}`, Values }, living];
    for await (const page of paginateDescribeInstances({ client }, { Filters, MaxResults: 1000 }))
      instances.push(...(page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances));
  }
  return instances;
}

function tag(key: string): (instance: Instance) => string {
  return ({ Tags = [] }) => Tags.find(({ Key }) => Key === key)?.Value ?? "";
}

function nodeOf({ InstanceId = "", ImageId = "", LaunchTime }: Instance): FleetNode {
  return { id: InstanceId, image: ImageId, since: LaunchTime?.getTime() ?? 0 };
}
