import type { DesiredConfiguration, LaunchTemplateSpecification } from "@aws-sdk/client-auto-scaling";
import type { Refresh } from "./instance-refresh.ts";
import type { Node, Tags } from "./nodes.ts";
import type { Site } from "./site.ts";
import type { TemplateName } from "./templates.ts";

/** An Auto Scaling group: one of a user, or the one behind a node group of EKS. */
export interface Group {
  name: string;
  /** In milliseconds since the epoch. */
  createdAt: number;
  size: number;
  tags: Tags;
  /** What it starts instances from. */
  configuration: DesiredConfiguration;
  /** Names of its lifecycle hooks for termination. */
  hooks: readonly string[];
  nodes: Node[];
  /** Oldest first. */
  refreshes: Refresh[];
  /** Nodes that it lost and replaced by itself. */
  lost: { id: string; at: number }[];
  /** How long the replacement of one node takes, in milliseconds. */
  perNode: number;
  /** What hangs: the drain of the next node to be replaced, or its successor, which does not get ready. */
  stalled: "drain" | "join" | undefined;
  /** What becomes of its next change. */
  failure: Failure | undefined;
}

/**
 * How a change fails. `PodEvictionFailure` and `NodeCreationFailure` are a node group's, after half of its nodes;
 * `refused` is at the call. An instance refresh fails after half of its nodes, whatever is said here.
 */
export type Failure = "PodEvictionFailure" | "NodeCreationFailure" | "refused";

export function templateOf({ LaunchTemplate, MixedInstancesPolicy }: DesiredConfiguration): TemplateName {
  const given: LaunchTemplateSpecification | undefined =
    LaunchTemplate ?? MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  return { id: given?.LaunchTemplateId, name: given?.LaunchTemplateName, version: given?.Version };
}

/** The configuration, with another version of the same launch template. */
export function withVersion(configuration: DesiredConfiguration, Version: string): DesiredConfiguration {
  const { LaunchTemplate, MixedInstancesPolicy: policy } = configuration;
  if (!policy) return { LaunchTemplate: { ...LaunchTemplate, Version } };
  const specification = { ...policy.LaunchTemplate?.LaunchTemplateSpecification, Version };
  return {
    MixedInstancesPolicy: {
      ...policy,
      LaunchTemplate: { ...policy.LaunchTemplate, LaunchTemplateSpecification: specification },
    },
  };
}

/** Starts an instance as the configuration says it at that moment. */
export async function startNode(
  group: Group,
  configuration: DesiredConfiguration,
  startedAt: number,
  { nodes, templates }: Site,
): Promise<Node> {
  const named = templateOf(configuration);
  const template = await templates.find(named);
  const tags = { ...group.tags, "aws:autoscaling:groupName": group.name };
  const image = await templates.image(named);
  const { id, name, number, data } = template;
  const node = await nodes.start({
    image,
    template: { id, name, number },
    startedAt,
    tags,
    instanceType: data.InstanceType,
  });
  group.nodes.push(node);
  return node;
}

export async function endNode(group: Group, node: Node, { nodes }: Site): Promise<void> {
  await nodes.end(node.id);
  group.nodes = group.nodes.filter(({ id }) => id !== node.id);
}
