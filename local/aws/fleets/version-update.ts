import { randomUUID } from "node:crypto";
import type { UpdateParam } from "@aws-sdk/client-eks";
import { z } from "zod";
import type { NodeGroup, NodeGroupUpdate } from "./node-group.ts";
import { Refusal } from "./refusal.ts";
import { alias, type Template, type Templates } from "./templates.ts";

/** The parameters of UpdateNodegroupVersion. */
export const VersionUpdate = z.strictObject({
  clusterName: z.string(),
  nodegroupName: z.string(),
  version: z.string().optional(),
  releaseVersion: z.string().optional(),
  launchTemplate: z
    .strictObject({ id: z.string().optional(), name: z.string().optional(), version: z.string().optional() })
    .optional(),
  force: z.boolean().default(false),
  clientRequestToken: z.string().optional(),
});
/** @throws Refusal as EKS refuses an update, in its words where they are known */
export async function wantedTemplate(
  { cluster, name, template: present }: NodeGroup,
  { launchTemplate: wanted, version, releaseVersion }: z.infer<typeof VersionUpdate>,
  templates: Templates,
): Promise<Template> {
  const about = { clusterName: cluster, nodegroupName: name };
  const refusal = (message: string) => new Refusal("InvalidParameterException", message, { about });
  if (!present) throw refusal("Launch template cannot be specified as the node group was created without one");
  if (!wanted) throw refusal("Launch template details can't be null for Custom ami type node group");
  if ((wanted.id === undefined) === (wanted.name === undefined))
    throw refusal("Either launch template ID or launch template name must be specified, but not both");
  if ((wanted.id ?? present.id) !== present.id || (wanted.name ?? present.name) !== present.name)
    throw refusal("You cannot specify a launch template that is not the one the node group was created with");
  const found = await templates.find(wanted).catch((error: Error) => {
    throw refusal(error.message);
  });
  if (found.imageId && version !== undefined)
    throw refusal("You cannot specify the field kubernetesVersion when using custom AMIs.");
  if (found.imageId && releaseVersion !== undefined)
    throw refusal("You cannot specify the field releaseVersion when using custom AMIs.");
  if ((found.imageId === undefined) !== (present.imageId === undefined))
    throw refusal("You cannot change between a custom AMI and an AMI of EKS");
  if (found.imageId?.startsWith(alias)) throw refusal(`The AMI ${found.imageId} is not valid`);
  return found;
}

/** Begins an update, whoever has asked for it. */
export function beginUpdate(
  nodeGroup: NodeGroup,
  template: Template,
  { token, force }: Pick<NodeGroupUpdate, "token" | "force">,
  createdAt: number,
): NodeGroupUpdate {
  const params: UpdateParam[] = [
    { type: "LaunchTemplateName", value: template.name },
    { type: "LaunchTemplateVersion", value: String(template.number) },
  ];
  const update: NodeGroupUpdate = {
    id: randomUUID(),
    token,
    status: "InProgress",
    createdAt,
    template,
    force,
    params,
    errors: [],
    replacement: undefined,
  };
  nodeGroup.updates.push(update);
  return update;
}
