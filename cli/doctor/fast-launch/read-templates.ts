import {
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  type LaunchTemplateSpecification,
} from "@aws-sdk/client-auto-scaling";
import { DescribeLaunchTemplateVersionsCommand } from "@aws-sdk/client-ec2";
import { DescribeNodegroupCommand } from "@aws-sdk/client-eks";
import { uniqBy } from "es-toolkit";
import type { Fleet } from "../../../functions/config/fleet.ts";
import type { Clients } from "../clients.ts";
import type { SeenFleet, Template } from "./judge.ts";

/** Reads what decides about the root volume of a fleet's new nodes. Never throws. */
export async function seeFleet(clients: Clients, fleet: Fleet): Promise<SeenFleet> {
  const { name, variant, channel, kind } = fleet;
  const templates = kind === "karpenter" ? [] : await readTemplates(clients, fleet).catch((error: Error) => error);
  return { name, variant, channel, kind, templates };
}

/**
 * The templates that the Auto Scaling groups start instances from. EKS copies a node group's own template into one that
 * may say more, and that copy is what counts.
 */
async function readTemplates(clients: Clients, fleet: Fleet): Promise<Template[]> {
  const names = fleet.kind === "managed-node-group" ? await groupsOf(clients, fleet) : [fleet.group];
  const { AutoScalingGroups: groups = [] } = await clients.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: names }),
  );
  if (groups.length === 0) throw new Error(`there is no Auto Scaling group ${names.join(", ")}`);
  const used = uniqBy(groups.flatMap(specificationsOf), (one) => `${one.LaunchTemplateId} ${one.Version}`);
  return Promise.all(used.map((one) => readTemplate(clients, one)));
}

async function groupsOf({ eks }: Clients, { cluster, group }: Fleet): Promise<string[]> {
  const asking = new DescribeNodegroupCommand({ clusterName: cluster, nodegroupName: group });
  const { nodegroup } = await eks.send(asking);
  return (nodegroup?.resources?.autoScalingGroups ?? []).flatMap(({ name = [] }) => name);
}

function specificationsOf({ LaunchTemplate, MixedInstancesPolicy }: AutoScalingGroup): LaunchTemplateSpecification[] {
  const mixed = MixedInstancesPolicy?.LaunchTemplate;
  const overrides = (mixed?.Overrides ?? []).map((one) => one.LaunchTemplateSpecification);
  return [LaunchTemplate, mixed?.LaunchTemplateSpecification, ...overrides].filter((one) => one !== undefined);
}

async function readTemplate(
  { ec2 }: Clients,
  { LaunchTemplateId, LaunchTemplateName, Version = "$Default" }: LaunchTemplateSpecification,
): Promise<Template> {
  const which = LaunchTemplateId ? { LaunchTemplateId } : { LaunchTemplateName };
  const asking = new DescribeLaunchTemplateVersionsCommand({ ...which, Versions: [Version] });
  const { LaunchTemplateVersions: [found] = [] } = await ec2.send(asking);
  const name = `${LaunchTemplateId ?? LaunchTemplateName}, version ${found?.VersionNumber ?? Version}`;
  if (!found) throw new Error(`there is no ${name}`);
  const mappings = found.LaunchTemplateData?.BlockDeviceMappings ?? [];
  return { name, devices: mappings.flatMap(({ DeviceName = [] }) => DeviceName) };
}
