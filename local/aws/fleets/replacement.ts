import type { DesiredConfiguration } from "@aws-sdk/client-auto-scaling";
import { endNode, type Group, startNode } from "./group.ts";
import type { Node } from "./nodes.ts";
import type { Site } from "./site.ts";

/** The nodes of a group that are replaced one after another. */
export interface Replacement {
  /** IDs of the nodes that are still to be replaced. */
  left: string[];
  total: number;
  /** When the next node is replaced, in milliseconds since the epoch. */
  next: number;
  /** The successor of the first node that is left, while its replacement hangs. */
  successor: Node | undefined;
}

export function replacementOf(nodes: readonly Node[], next: number): Replacement {
  return { left: nodes.map(({ id }) => id), total: nodes.length, next, successor: undefined };
}

/** Whether every node is replaced, or gone for another reason. */
export function isOver({ nodes }: Group, replacement: Replacement): boolean {
  replacement.left = replacement.left.filter((left) => nodes.some(({ id }) => id === left));
  return replacement.left.length === 0;
}

/** How many nodes have been replaced. */
export function done({ left, total }: Replacement): number {
  return total - left.length;
}

/**
 * Replaces the next node: the new one is started first. Resolves with it, or with undefined while the group is stalled.
 * @param configuration what the new node is started from
 * @throws Error of EC2 when no instance can be started
 */
export async function replaceNext(
  group: Group,
  replacement: Replacement,
  configuration: DesiredConfiguration,
  site: Site,
): Promise<Node | undefined> {
  const old = group.nodes.find(({ id }) => id === replacement.left[0]) as Node;
  const successor = replacement.successor ?? (await startNode(group, configuration, replacement.next, site));
  successor.state = group.stalled === "join" ? "Pending:Wait" : "InService";
  if (group.stalled) {
    replacement.successor = successor;
    if (group.stalled === "drain") old.state = "Terminating:Wait";
    return undefined;
  }
  await endNode(group, old, site);
  replacement.successor = undefined;
  replacement.left.shift();
  return successor;
}

/** Gives a replacement up that hangs: its successor ends, and the old node stays. */
export async function abandon(group: Group, replacement: Replacement, site: Site): Promise<void> {
  for (const node of group.nodes) if (node.state === "Terminating:Wait") node.state = "InService";
  if (replacement.successor) await endNode(group, replacement.successor, site);
  replacement.successor = undefined;
}
