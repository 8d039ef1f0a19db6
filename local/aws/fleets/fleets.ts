import type { UnemulatedCall } from "../unemulated-calls.ts";
import {
  addAutoScalingGroup,
  addKarpenterPool,
  addNodeGroup,
  type NewAutoScalingGroup,
  type NewKarpenterPool,
  type NewNodeGroup,
} from "./additions.ts";
import { endNode, type Failure, type Group, startNode, templateOf, withVersion } from "./group.ts";
import { activeRefresh } from "./instance-refresh.ts";
import { activeUpdate } from "./node-group.ts";
import { serveFleets } from "./server.ts";
import { createSite, type SiteEmulator } from "./site.ts";
import { beginUpdate } from "./version-update.ts";
import { advanceWorld, type World } from "./world.ts";

/**
 * A stand-in for EKS node groups, Auto Scaling groups and Karpenter, whose nodes are instances of the emulator. It moves
 * when it is asked something, or told to catch up. Groups of all kinds have different names.
 */
export interface Fleets {
  /** For AWS_ENDPOINT_URL_EKS. */
  eksUrl: string;
  /** For AWS_ENDPOINT_URL_AUTO_SCALING. */
  autoScalingUrl: string;
  /** Every call, in order of arrival, but DescribeClusterVersions. */
  calls(): readonly UnemulatedCall[];
  addCluster(name: string, cluster: { version: string; isAuto?: boolean }): void;
  addNodeGroup(group: NewNodeGroup): Promise<void>;
  addAutoScalingGroup(group: NewAutoScalingGroup): Promise<void>;
  addKarpenterPool(pool: NewKarpenterPool): Promise<void>;
  /** What becomes of the group's next change, or of the one that is under way. */
  failNext(group: string, how: Failure): void;
  /** Lets the replacement of the next node hang until the function is called that this returns. */
  stall(group: string, what?: "drain" | "join"): () => void;
  /** Lets somebody else move the group to another version of its template. */
  moveByHand(group: string, version: number): Promise<void>;
  /** Lets the group lose a node, which it replaces at once by what it starts now. */
  loseNode(group: string): Promise<void>;
  /** Lets everything happen that has been due by now. */
  catchUp(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @param now the stack's time
 * @param clusterVersions base address of the EKS that answers DescribeClusterVersions
 */
export async function startFleets({
  emulator,
  now,
  clusterVersions,
}: {
  emulator: SiteEmulator;
  now: () => Date;
  clusterVersions: string;
}): Promise<Fleets> {
  const site = createSite(emulator);
  const world: World = {
    site,
    now: () => now().getTime(),
    clusters: new Map(),
    nodeGroups: [],
    groups: [],
    pools: [],
  };
  const calls: UnemulatedCall[] = [];
  let last: Promise<unknown> = Promise.resolve();

  /** Calls change the world one after another. */
  function within<T>(call: () => T | Promise<T>): Promise<T> {
    const result = last.then(async () => {
      await advanceWorld(world);
      return await call();
    });
    last = result.catch(() => undefined);
    return result;
  }

  const server = await serveFleets(world, { clusterVersions, record: (call) => calls.push(call), within });

  function groupNamed(name: string): Group {
    const group = nodeGroupNamed(name)?.group ?? world.groups.find((one) => one.name === name);
    if (!group) throw new Error(`changing a group of the stand-in: there is no ${name}`);
    return group;
  }

  function nodeGroupNamed(name: string) {
    return world.nodeGroups.find((one) => one.name === name);
  }

  return {
    eksUrl: `${server.url}/eks`,
    autoScalingUrl: `${server.url}/autoscaling`,
    calls: () => calls,
    addCluster: (name, { version, isAuto = false }) =>
      void world.clusters.set(name, { version, isAuto, createdAt: world.now() }),
    addNodeGroup: (group) => within(() => addNodeGroup(world, group)),
    addAutoScalingGroup: (group) => within(() => addAutoScalingGroup(world, group)),
    addKarpenterPool: (pool) => within(() => addKarpenterPool(world, pool)),
    failNext(name, how) {
      groupNamed(name).failure = how;
    },
    stall(name, what = "drain") {
      const pool = world.pools.find((one) => one.name === name);
      if (pool) {
        pool.isStalled = true;
        return () => {
          pool.isStalled = false;
        };
      }
      const group = groupNamed(name);
      group.stalled = what;
      return () => {
        group.stalled = undefined;
        const nodeGroup = nodeGroupNamed(name);
        const change = nodeGroup ? activeUpdate(nodeGroup) : activeRefresh(group);
        if (change?.replacement) change.replacement.next = Math.max(change.replacement.next, world.now());
      };
    },
    moveByHand: (name, version) =>
      within(async () => {
        const nodeGroup = nodeGroupNamed(name);
        const named = {
          ...(nodeGroup?.template ?? templateOf(groupNamed(name).configuration)),
          version: String(version),
        };
        const template = await site.templates.find({ id: named.id, name: named.name, version: named.version });
        if (nodeGroup) beginUpdate(nodeGroup, template, { token: undefined, force: false }, world.now());
        else groupNamed(name).configuration = withVersion(groupNamed(name).configuration, String(version));
      }),
    loseNode: (name) =>
      within(async () => {
        const group = groupNamed(name);
        const [lost] = group.nodes;
        if (!lost) throw new Error(`losing a node: ${name} has none`);
        await endNode(group, lost, site);
        group.lost.push({ id: lost.id, at: world.now() });
        await startNode(group, group.configuration, world.now(), site);
      }),
    catchUp: () => within(() => undefined),
    stop: server.stop,
  };
}
