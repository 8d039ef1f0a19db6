import type { ErrorDetail, Issue, UpdateParam, UpdateStatus } from "@aws-sdk/client-eks";
import type { Failure, Group } from "./group.ts";
import { whyNotStarted } from "./nodes.ts";
import { abandon, done, isOver, type Replacement, replacementOf, replaceNext } from "./replacement.ts";
import type { Site } from "./site.ts";
import type { Template } from "./templates.ts";

/** A managed node group of EKS. */
export interface NodeGroup {
  cluster: string;
  name: string;
  arn: string;
  /** The user's launch template; undefined if EKS chooses the image. EKS shows a new version after it has succeeded. */
  template: Pick<Template, "id" | "name" | "number" | "imageId"> | undefined;
  /** The Auto Scaling group behind it, whose template is EKS's own copy. */
  group: Group;
  /** Oldest first. */
  updates: NodeGroupUpdate[];
  issues: Issue[];
}

/** An update of a node group's version. Times are milliseconds since the epoch. */
export interface NodeGroupUpdate {
  id: string;
  token: string | undefined;
  status: UpdateStatus;
  createdAt: number;
  template: Template;
  force: boolean;
  params: UpdateParam[];
  errors: ErrorDetail[];
  /** Undefined until its set-up phase has ended. */
  replacement: Replacement | undefined;
}

/** How long the set-up phase takes. */
const setUp = 2 * 60_000;
/** How long EKS tries to drain a node, or waits for a new one (EKS user guide, "Managed node update phases"). */
const patience = 15 * 60_000;

export function activeUpdate({ updates }: NodeGroup): NodeGroupUpdate | undefined {
  return updates.find(({ status }) => status === "InProgress");
}

/** Lets everything happen to the node group's update that has been due by now. */
export async function advanceUpdate(nodeGroup: NodeGroup, now: number, site: Site): Promise<void> {
  const update = activeUpdate(nodeGroup);
  if (!update) return;
  const { group } = nodeGroup;
  const readyAt = update.createdAt + setUp;
  if (!update.replacement && readyAt <= now) {
    group.configuration = await copied(nodeGroup, update.template, site);
    update.replacement = replacementOf(group.nodes, readyAt + group.perNode);
  }
  while (update.replacement && update.status === "InProgress" && update.replacement.next <= now)
    if (!(await advanceOnce(nodeGroup, update, update.replacement, now, site))) break;
}

/**
 * EKS starts nodes from a copy of the user's template (EKS user guide, "Managed node update phases"). Resolves with the
 * configuration of an Auto Scaling group that follows it.
 */
export async function copied(
  { cluster, name }: Pick<NodeGroup, "cluster" | "name">,
  template: Pick<Template, "data">,
  { templates }: Site,
) {
  const copy = await templates.write(`eks-${cluster}-${name}`, template.data);
  return {
    LaunchTemplate: {
      LaunchTemplateId: copy.id,
      LaunchTemplateName: copy.name,
      Version: String(copy.number),
    },
  };
}

/** Whether the update still moves. */
async function advanceOnce(
  nodeGroup: NodeGroup,
  update: NodeGroupUpdate,
  replacement: Replacement,
  now: number,
  site: Site,
): Promise<boolean> {
  const { group } = nodeGroup;
  if (isOver(group, replacement)) {
    const { id, name, number, imageId } = update.template;
    update.status = "Successful";
    nodeGroup.template = { id, name, number, imageId };
    nodeGroup.issues = [];
    group.failure = undefined;
    return false;
  }
  const failure = failureOf(group, update);
  if (failure && done(replacement) >= Math.floor(replacement.total / 2)) {
    if (now < replacement.next + patience) return false;
    group.failure = undefined;
    await fail(nodeGroup, update, replacement, failure, site);
    return false;
  }
  try {
    if (!(await replaceNext(group, replacement, group.configuration, site))) return false;
  } catch (error) {
    whyNotStarted(error);
    await fail(nodeGroup, update, replacement, "NodeCreationFailure", site);
    return false;
  }
  if (replacement.left.length > 0) replacement.next += group.perNode;
  return true;
}

/** Force ends nodes whose pods cannot be evicted. */
function failureOf({ failure }: Group, { force }: NodeGroupUpdate): Exclude<Failure, "refused"> | undefined {
  return failure === "refused" || (failure === "PodEvictionFailure" && force) ? undefined : failure;
}

/** The group goes on starting instances from the new version. */
async function fail(
  nodeGroup: NodeGroup,
  update: NodeGroupUpdate,
  replacement: Replacement,
  code: Exclude<Failure, "refused">,
  site: Site,
): Promise<void> {
  const { group, name } = nodeGroup;
  await abandon(group, replacement, site);
  const message = {
    PodEvictionFailure: `Reached max retries while trying to evict pods from nodes in node group ${name}`,
    NodeCreationFailure: `Couldn't proceed with upgrade process as new nodes are not joining node group ${name}`,
  }[code];
  update.status = "Failed";
  update.errors = [{ errorCode: code, errorMessage: message, resourceIds: replacement.left.slice(0, 1) }];
  if (code === "NodeCreationFailure")
    nodeGroup.issues = [
      { code, message: "Instances failed to join the kubernetes cluster", resourceIds: replacement.left.slice(0, 1) },
    ];
}
