import { type Place, stageTag } from "./deploying.ts";
import type { Requests } from "./simulation.ts";

/** EC2's own role, with which it makes the snapshots. */
export const serviceRole = "AWSServiceRoleForEC2FastLaunch";
export const serviceName = "ec2fastlaunch.amazonaws.com";

export function serviceRoleArn({ account, partition }: Pick<Place, "account" | "partition">): string {
  return `arn:${partition}:iam::${account}:role/aws-service-role/${serviceName}/${serviceRole}`;
}

/** EC2 makes its role for whoever enables Fast Launch first in the account. */
export function serviceRoleRequests(place: Pick<Place, "account" | "partition">): Requests[] {
  const context = { "iam:AWSServiceName": serviceName };
  return [{ actions: ["iam:CreateServiceLinkedRole"], resource: serviceRoleArn(place), context }];
}

/**
 * What EC2 wants the role that enables Fast Launch to be allowed: to start an instance from image and template itself
 * (EC2 user guide, "Configure EC2 Fast Launch settings"), and to use the key of the volumes. Not whether it may use a key
 * pair, which only a template of the user's can name.
 * @param template ID of the launch template
 */
export function fastLaunchRequests(place: Place, template: string, volumeKeyArn: string | undefined): Requests[] {
  const { stage, region, account, partition } = place;
  const arn = (resource: string, owner = account) => `arn:${partition}:ec2:${region}:${owner}:${resource}`;
  const image = arn("image/ami-0", "");
  const launchTemplate = arn(`launch-template/${template}`);
  const ours = { [`aws:ResourceTag/${stageTag}`]: stage };
  const fromIt = { "ec2:LaunchTemplate": launchTemplate };
  const started = ["instance/i-0", "network-interface/eni-0", "volume/vol-0"].map((one) => arn(one));
  const used = [arn("snapshot/snap-0", ""), arn("security-group/sg-0"), arn("subnet/subnet-0"), launchTemplate];
  return [
    { actions: ["ec2:EnableFastLaunch", "ec2:DisableFastLaunch"], resource: image, context: ours },
    // An image that a person has deregistered has no tags any more.
    { actions: ["ec2:DisableFastLaunch"], resource: image },
    { actions: ["ec2:EnableFastLaunch"], resource: launchTemplate },
    { actions: ["ec2:RunInstances"], resource: image, context: { ...ours, ...fromIt } },
    ...[...started, ...used].map((resource) => ({ actions: ["ec2:RunInstances"], resource, context: fromIt })),
    ...started.map((resource) => ({
      actions: ["ec2:CreateTags"],
      resource,
      context: { "ec2:CreateAction": "RunInstances" },
    })),
    { actions: ["ec2:DescribeImages", "ec2:DescribeLaunchTemplateVersions"] },
    ...(volumeKeyArn === undefined ? [] : volumeKeyRequests(place, volumeKeyArn)),
  ];
}

function volumeKeyRequests({ region, partition }: Place, resource: string): Requests[] {
  const throughEc2 = { "kms:ViaService": `ec2.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}` };
  return [
    {
      actions: [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
      resource,
      context: throughEc2,
    },
    { actions: ["kms:CreateGrant"], resource, context: { ...throughEc2, "kms:GrantIsForAWSResource": true } },
  ];
}
