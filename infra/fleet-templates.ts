import { DescribeLaunchTemplateVersionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { Fleet } from "../functions/config/fleet.ts";
import { hasOwnParameter } from "./fleet-groups.ts";
import { sdkOptions, within } from "./sdk.ts";

/** What a group that is rolled starts its instances with. */
export interface Used {
  /** ID of its launch template. */
  template: string;
  /** Whether new versions of the template are made; otherwise a parameter decides about the image. */
  isChanged: boolean;
  /** ARN of the role that its instances get; undefined for node groups, to which EKS passes it. */
  role: string | undefined;
}

const ec2 = new EC2Client(sdkOptions);

/**
 * What a group uses now, and the fleets' role therefore may use. After the group has got another launch template, or
 * a version of it with another instance profile, the role may not use that until the next deployment: AWS then refuses
 * the rollout, and the service tells.
 * @throws Error if the group has no launch template of the user's: then it cannot be rolled
 */
export function usedBy(fleet: Fleet): $util.Output<Used> {
  const { kind, cluster: clusterName = "", group } = fleet;
  if (kind === "managed-node-group")
    return aws.eks
      .getNodeGroupOutput({ clusterName, nodeGroupName: group })
      .launchTemplates.apply(([one]) => ({ template: known(fleet, one?.id), isChanged: true, role: undefined }));
  const isChanged = !hasOwnParameter(fleet);
  return aws.autoscaling
    .getGroupOutput({ name: group })
    .apply(({ launchTemplates: [own], mixedInstancesPolicies: [mixed] }) => {
      const { launchTemplateId, version } = mixed?.launchTemplates[0]?.launchTemplateSpecifications[0] ?? {};
      const template = known(fleet, own?.id ?? launchTemplateId);
      const role = roleOf(fleet, template, (own?.version ?? version) || "$Default");
      return role.apply((arn) => ({ template, isChanged, role: arn }));
    });
}

function known({ name, group }: Fleet, template: string | undefined): string {
  if (template) return template;
  throw new Error(
    `config.ts: the fleet ${name} cannot be rolled, because ${group} has no launch template of yours. Give it one that names an image (a node group must be made anew for that), or set mode to "watch"`,
  );
}

/** The role of the instance profile that a version of a launch template names; undefined if it names none. */
function roleOf(fleet: Fleet, template: string, version: string): $util.Output<string | undefined> {
  return $output(profileOf(fleet, template, version)).apply((name) =>
    name ? aws.iam.getInstanceProfileOutput({ name }).roleArn : $output(undefined),
  );
}

/** Pulumi's data source knows the latest version of a template only. */
async function profileOf({ name }: Fleet, template: string, version: string): Promise<string | undefined> {
  const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: template, Versions: [version] });
  const { LaunchTemplateVersions = [] } = await ec2.send(command, within()).catch((cause: Error) => {
    throw new Error(
      `the fleet ${name}: reading version ${version} of ${template}, whose instance profile the role that changes fleets must be allowed to pass: ${cause.message}`,
      { cause },
    );
  });
  const { Name, Arn } = LaunchTemplateVersions[0]?.LaunchTemplateData?.IamInstanceProfile ?? {};
  return Name || Arn?.split("/").at(-1);
}
