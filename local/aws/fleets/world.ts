import type { Group } from "./group.ts";
import { advanceRefresh } from "./instance-refresh.ts";
import { advancePool, type KarpenterPool } from "./karpenter-pool.ts";
import { advanceUpdate, type NodeGroup } from "./node-group.ts";
import type { Site } from "./site.ts";

export interface ClusterState {
  /** Kubernetes minor, such as `1.35`. */
  version: string;
  isAuto: boolean;
  /** In milliseconds since the epoch. */
  createdAt: number;
}

/** Everything that the stand-in knows. */
export interface World {
  site: Site;
  /** The stack's time in milliseconds since the epoch. */
  now(): number;
  clusters: Map<string, ClusterState>;
  nodeGroups: NodeGroup[];
  /** All Auto Scaling groups, those of node groups among them. */
  groups: Group[];
  pools: KarpenterPool[];
}

/** Lets everything happen that has been due by now. Nothing else moves the world, so the clock may jump. */
export async function advanceWorld({ site, now, nodeGroups, groups, pools }: World): Promise<void> {
  for (const nodeGroup of nodeGroups) await advanceUpdate(nodeGroup, now(), site);
  for (const group of groups) await advanceRefresh(group, now(), site);
  for (const pool of pools) await advancePool(pool, now(), site);
}
