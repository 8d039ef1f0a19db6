import type { Node } from "./nodes.ts";
import type { Site } from "./site.ts";

/** A NodePool of Karpenter whose EC2NodeClass takes its image from a parameter. */
export interface KarpenterPool {
  cluster: string;
  name: string;
  /** Name of the parameter with the image ID. */
  parameter: string;
  nodes: Node[];
  /** Milliseconds until Karpenter replaces the first node that drifts, and from one to the next. */
  delay: number;
  perNode: number;
  /** When it last replaced a node, in milliseconds since the epoch. */
  replacedAt: number;
  isStalled: boolean;
}

/** Replaces the nodes whose image is not the parameter's any more and whose time has come. */
export async function advancePool(pool: KarpenterPool, now: number, site: Site): Promise<void> {
  if (pool.isStalled) return;
  const { value: image, writtenAt } = await site.parameter(pool.parameter);
  for (const node of pool.nodes.filter((one) => one.image !== image)) {
    const at = Math.max(Math.max(writtenAt, node.startedAt) + pool.delay, pool.replacedAt + pool.perNode);
    if (at > now) return;
    const successor = await startKarpenterNode(pool, image, at, site);
    await site.nodes.end(node.id);
    pool.nodes = [...pool.nodes.filter(({ id }) => id !== node.id), successor];
    pool.replacedAt = at;
  }
}

/** The tags are those by which Karpenter finds its own instances. */
export function startKarpenterNode(
  { cluster, name }: Pick<KarpenterPool, "cluster" | "name">,
  image: string,
  startedAt: number,
  { nodes }: Site,
): Promise<Node> {
  const tags = { "karpenter.sh/nodepool": name, [`kubernetes.io/cluster/${cluster}`]: "owned" };
  return nodes.start({ image, template: undefined, startedAt, tags });
}
