import { CreateLaunchTemplateCommand, DescribeImagesCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { Configuration } from "../../functions/config/configuration.ts";
import type { Fleet } from "../../functions/config/fleet.ts";
import type { Variant } from "../../functions/config/variant.ts";
import type { Emulator } from "../aws/emulator.ts";
import type { Fleets } from "../aws/fleets/fleets.ts";
import type { Groups } from "../deploy/group-look-ups.ts";

const nodes = 3;
const profile = "windows-nodes";

/**
 * Makes a group with three nodes, on AWS's own image, for each configured fleet whose launch template names an image.
 * What follows a parameter can only be made once the parameter exists.
 * @returns the groups as a deployment finds them
 */
export async function addFleetGroups(
  { fleets, emulator }: { fleets: Fleets; emulator: Emulator },
  { fleets: configured, variants }: Configuration,
): Promise<Groups> {
  const { url: endpoint, region, credentials } = emulator;
  const ec2 = new EC2Client({ endpoint, region, credentials });
  const groups: Record<string, Groups[string]> = {};
  for (const fleet of configured.filter(({ parameter }) => parameter === undefined)) {
    const variant = variants.find(({ name }) => name === fleet.variant) as Variant;
    const isNodeGroup = fleet.kind === "managed-node-group";
    const { LaunchTemplate } = await ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: `nodes-of-${fleet.name}`,
        LaunchTemplateData: {
          ImageId: await imageOfAws(ec2, variant),
          InstanceType: "m7i.large",
          ...(!isNodeGroup && { IamInstanceProfile: { Name: profile } }),
        },
      }),
    );
    const id = LaunchTemplate?.LaunchTemplateId ?? "";
    groups[fleet.group] = { template: id, profiles: [isNodeGroup ? undefined : profile] };
    await addGroup(fleets, fleet, id, variant.kubernetes);
  }
  ec2.destroy();
  return groups;
}

async function addGroup(fleets: Fleets, { kind, cluster, group: name }: Fleet, id: string, minor: string) {
  if (cluster !== undefined) fleets.addCluster(cluster, { version: minor });
  if (kind === "managed-node-group")
    await fleets.addNodeGroup({ name, nodes, cluster: cluster ?? "", template: { id, version: "1" } });
  else {
    const configuration = { LaunchTemplate: { LaunchTemplateId: id, Version: "1" } };
    await fleets.addAutoScalingGroup({ name, nodes, configuration, hooks: ["drain"] });
  }
}

async function imageOfAws(ec2: EC2Client, { windows, edition, kubernetes }: Variant): Promise<string> {
  const Values = [`Windows_Server-${windows}-English-${edition}-EKS_Optimized-${kubernetes}-*`];
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Filters: [{ Name: "name", Values }] }));
  const [image] = Images;
  if (!image?.ImageId) throw new Error(`AWS has no image ${Values[0]}`);
  return image.ImageId;
}
