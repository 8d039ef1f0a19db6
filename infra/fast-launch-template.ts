import { DescribeLaunchTemplateVersionsCommand, EC2Client, type ResponseLaunchTemplateData } from "@aws-sdk/client-ec2";
import { policies } from "./configuration.ts";
import { named } from "./names.ts";
import { sdkOptions, within } from "./sdk.ts";

type Given = NonNullable<NonNullable<typeof policies.fastLaunch>["launchTemplate"]>;

/** AWS's own choice for making snapshots (EC2 user guide, "Configure EC2 Fast Launch settings"). */
const instanceType = "t3.xlarge";

const given = policies.fastLaunch?.launchTemplate;
const own = policies.fastLaunch && !given ? createTemplate() : undefined;

/** ID of the template from which EC2 starts the instances that become snapshots; undefined without the policy. */
export const templateId: $util.Input<string> | undefined = given ? await checkedId(given) : own?.id;

/** The template with its version, `lt-0123456789abcdef0:1`; undefined without the policy. */
export const templateVersion = templateId && $interpolate`${templateId}:${given?.version ?? own?.latestVersion}`;

/**
 * Without a template AWS would make a VPC by CloudFormation, with permissions of the caller to make it. This one uses
 * the network of build instances, demands IMDSv2 and reaches nothing: while Windows is set up, nobody need get in.
 */
function createTemplate(): aws.ec2.LaunchTemplate {
  const { network } = policies;
  const subnetId = network.kind === "vpc" ? network.subnetIds[0] : network.subnetId;
  const vpcId =
    network.kind === "vpc"
      ? network.vpcId
      : network.subnetId && aws.ec2.getSubnetOutput({ id: network.subnetId }).vpcId;
  const group = new aws.ec2.SecurityGroup("FastLaunchSecurityGroup", {
    name: named("fast-launch"),
    description: "Instances that become snapshots: no connections",
    ...(vpcId && { vpcId }),
  });
  return new aws.ec2.LaunchTemplate("FastLaunchTemplate", {
    name: named("fast-launch"),
    instanceType,
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required" },
    ...(subnetId
      ? { networkInterfaces: [{ deviceIndex: 0, subnetId, securityGroups: [group.id] }] }
      : { vpcSecurityGroupIds: [group.id] }),
  });
}

/** @throws Error if the version does not exist, or has what Fast Launch does not support or must not have */
async function checkedId({ id, name, version }: Given): Promise<string> {
  const command = new DescribeLaunchTemplateVersionsCommand({
    ...(id ? { LaunchTemplateId: id } : { LaunchTemplateName: name }),
    Versions: [version],
  });
  const about = `config.ts: policies.fastLaunch.launchTemplate: version ${version} of ${id ?? name}`;
  const { LaunchTemplateVersions = [] } = await new EC2Client(sdkOptions)
    .send(command, within())
    .catch((cause: Error) => {
      throw new Error(`${about} could not be read: ${cause.message}`, { cause });
    });
  const [found] = LaunchTemplateVersions;
  if (!found?.LaunchTemplateId) throw new Error(`${about} does not exist`);
  const wrong = wrongIn(found.LaunchTemplateData ?? {});
  if (wrong.length > 0) throw new Error(`${about} ${wrong.join(", and ")}. Make a version of it without that`);
  return found.LaunchTemplateId;
}

function wrongIn(data: ResponseLaunchTemplateData): string[] {
  const { UserData, IamInstanceProfile, DisableApiTermination, InstanceMarketOptions, MetadataOptions } = data;
  const findings: [boolean, string][] = [
    [Boolean(UserData), "has user data: what it does would be in each snapshot, and nodes' own would join the cluster"],
    [Boolean(IamInstanceProfile), "has an instance profile, which what becomes a snapshot does not need"],
    [DisableApiTermination === true, "has termination protection, with which EC2 cannot end its instances"],
    [InstanceMarketOptions !== undefined, "asks for Spot instances, which Fast Launch does not support"],
    [MetadataOptions?.HttpEndpoint === "disabled", "disables instance metadata, which Fast Launch does not support"],
    [
      data.InstanceInitiatedShutdownBehavior === "terminate",
      "terminates instances at shutdown, so no snapshot is made",
    ],
  ];
  return findings.flatMap(([is, wrong]) => (is ? [wrong] : []));
}
