import { randomUUID } from "node:crypto";
import type { DesiredConfiguration } from "@aws-sdk/client-auto-scaling";
import { type Group, startNode } from "./group.ts";
import { type KarpenterPool, startKarpenterNode } from "./karpenter-pool.ts";
import { copied } from "./node-group.ts";
import type { TemplateName } from "./templates.ts";
import type { World } from "./world.ts";

interface NewGroup {
  name: string;
  nodes: number;
  /** How long the replacement of one node takes. */
  minutesPerNode?: number;
}

export interface NewNodeGroup extends NewGroup {
  cluster: string;
  /** Without it, or without an image in it, EKS chooses the image. */
  template?: TemplateName;
  /** What EKS chooses. */
  image?: string;
}

export interface NewAutoScalingGroup extends NewGroup {
  configuration: DesiredConfiguration;
  /** Names of lifecycle hooks for termination. */
  hooks?: readonly string[];
  tags?: Readonly<Record<string, string>>;
}

export interface NewKarpenterPool extends NewGroup {
  cluster: string;
  /** Name of the parameter with the image ID. */
  parameter: string;
  /** How long a node drifts before Karpenter replaces it. */
  delayMinutes?: number;
}

export async function addNodeGroup(world: World, { cluster, template, image, ...rest }: NewNodeGroup): Promise<void> {
  const { site, clusters, nodeGroups } = world;
  const { name } = rest;
  if (!clusters.has(cluster)) throw new Error(`adding ${name}: there is no cluster ${cluster}`);
  const own = template && (await site.templates.find(template));
  const data = { ...own?.data, ImageId: own?.imageId ?? image };
  const configuration = await copied({ cluster, name }, { data }, site);
  const id = randomUUID();
  const tags = {
    "eks:cluster-name": cluster,
    "eks:nodegroup-name": name,
    [`kubernetes.io/cluster/${cluster}`]: "owned",
  };
  const group = await addGroup(world, { ...rest, name: `eks-${name}-${id}` }, { tags, configuration, hooks: [] });
  const arn = `arn:aws:eks:${site.region}:${site.accountId}:nodegroup/${cluster}/${name}/${id}`;
  nodeGroups.push({ cluster, name, arn, template: own, group, updates: [], issues: [] });
}

export async function addAutoScalingGroup(world: World, group: NewAutoScalingGroup): Promise<void> {
  const { configuration, hooks = [], tags = {}, ...rest } = group;
  await addGroup(world, rest, { configuration, hooks, tags });
}

export async function addKarpenterPool(world: World, pool: NewKarpenterPool): Promise<void> {
  const { cluster, name, parameter, nodes: size, delayMinutes = 5, minutesPerNode = 5 } = pool;
  const { value: image } = await world.site.parameter(parameter);
  const nodes: KarpenterPool["nodes"] = [];
  while (nodes.length < size) nodes.push(await startKarpenterNode({ cluster, name }, image, world.now(), world.site));
  const [delay, perNode] = [delayMinutes * 60_000, minutesPerNode * 60_000];
  world.pools.push({ cluster, name, parameter, nodes, delay, perNode, replacedAt: 0, isStalled: false });
}

async function addGroup(
  world: World,
  { name, nodes, minutesPerNode = 10 }: NewGroup,
  more: Pick<Group, "tags" | "configuration" | "hooks">,
): Promise<Group> {
  const group: Group = {
    ...more,
    name,
    createdAt: world.now(),
    size: nodes,
    nodes: [],
    refreshes: [],
    lost: [],
    perNode: minutesPerNode * 60_000,
    stalled: undefined,
    failure: undefined,
  };
  while (group.nodes.length < nodes) await startNode(group, group.configuration, world.now(), world.site);
  world.groups.push(group);
  return group;
}
