import type { Fleet } from "../functions/config/fleet.ts";
import { rolledNodeGroups, rolledScalingGroups } from "./fleet-permissions.ts";

/** What a group that is rolled starts its instances with. */
export interface Used {
  /** ID of its launch template. */
  template: string;
  /** Whether new versions of the template are made; otherwise a parameter decides about the image. */
  isChanged: boolean;
  /** ARN of the role that its instances get; undefined for node groups, which pass their role themselves. */
  role: string | undefined;
}

/**
 * What the groups that are rolled use now, and the fleets' role therefore may. After a group has got another launch
 * template, or the template another instance profile, the role may use neither until the next deployment: AWS then
 * refuses the rollout, and the service tells.
 * @throws Error for a group without a launch template, because such a group cannot be rolled
 */
export const used: $util.Output<Used[]> = $util.all([
  ...rolledNodeGroups.map((fleet) => {
    const { cluster: clusterName = "", group: nodeGroupName } = fleet;
    const { launchTemplates } = aws.eks.getNodeGroupOutput({ clusterName, nodeGroupName });
    return launchTemplates.apply(([one]) => ({ template: known(fleet, one?.id), isChanged: true, role: undefined }));
  }),
  ...rolledScalingGroups.map((fleet) => {
    const template = aws.autoscaling
      .getGroupOutput({ name: fleet.group })
      .apply(({ launchTemplates: [own], mixedInstancesPolicies: [mixed] }) =>
        known(fleet, own?.id ?? mixed?.launchTemplates[0]?.launchTemplateSpecifications[0]?.launchTemplateId),
      );
    const isChanged = fleet.parameter === undefined;
    return $util.all([template, roleOf(template)]).apply(([id, role]) => ({ template: id, isChanged, role }));
  }),
]);

function known({ name, group }: Fleet, template: string | undefined): string {
  if (template) return template;
  throw new Error(
    `config.ts: the fleet ${name} cannot be rolled, because ${group} has no launch template of yours. Give it one whose version names an image (a node group must be made anew for that), or set mode to "watch"`,
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
