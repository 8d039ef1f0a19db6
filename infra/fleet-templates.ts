import type { Fleet } from "../functions/config/fleet.ts";
import { hasOwnParameter } from "./fleet-groups.ts";

/** What a group that is rolled starts its instances with. */
export interface Used {
  /** ID of its launch template. */
  template: string;
  /** Whether new versions of the template are made; otherwise a parameter decides about the image. */
  isChanged: boolean;
  /** ARN of the role that its instances get; undefined for node groups, to which EKS passes it. */
  role: string | undefined;
}

/**
 * What a group uses now, and the fleets' role therefore may use. After the group has got another launch template, or
 * the template's latest version another instance profile, the role may not use that until the next deployment: AWS then
 * refuses the rollout, and the service tells.
 * @throws Error if the group has no launch template of the user's: then it cannot be rolled
 */
export function usedBy(fleet: Fleet): $util.Output<Used> {
  const { kind, cluster: clusterName = "", group } = fleet;
  if (kind === "managed-node-group")
    return aws.eks
      .getNodeGroupOutput({ clusterName, nodeGroupName: group })
      .launchTemplates.apply(([one]) => ({ template: known(fleet, one?.id), isChanged: true, role: undefined }));
  const template = aws.autoscaling
    .getGroupOutput({ name: group })
    .apply(({ launchTemplates: [own], mixedInstancesPolicies: [mixed] }) =>
      known(fleet, own?.id ?? mixed?.launchTemplates[0]?.launchTemplateSpecifications[0]?.launchTemplateId),
    );
  const isChanged = !hasOwnParameter(fleet);
  return $util.all([template, roleOf(template)]).apply(([id, role]) => ({ template: id, isChanged, role }));
}

function known({ name, group }: Fleet, template: string | undefined): string {
  if (template) return template;
  throw new Error(
    `config.ts: the fleet ${name} cannot be rolled, because ${group} has no launch template of yours. Give it one that names an image (a node group must be made anew for that), or set mode to "watch"`,
  );
}

/** The role of the instance profile that the latest version of a launch template names. */
function roleOf(template: $util.Output<string>): $util.Output<string | undefined> {
  const { iamInstanceProfiles } = aws.ec2.getLaunchTemplateOutput({ id: template });
  return iamInstanceProfiles.apply(([profile]) => {
    const name = profile?.name || profile?.arn.split("/").at(-1);
    return name ? aws.iam.getInstanceProfileOutput({ name }).roleArn : $output(undefined);
  });
}
