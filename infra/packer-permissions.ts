import { arnOf, imageArn, type Statement } from "./account.ts";
import { policies } from "./configuration.ts";
import { guestProfile, guestRole, harvestProfile, harvestRole } from "./guest.ts";
import { hasNoOther, hasOurTag, setsOurTag } from "./names.ts";
import { instanceSubnets, securityGroups } from "./network.ts";
import {
  findsItsPlace,
  groups,
  hasOurProfile,
  images,
  instances,
  keyPairs,
  keyPairsAndGroups,
  networkInterfaces,
  tagsImagesLater,
  tagsMachinesLater,
  volumes,
} from "./packer-resources.ts";
import { taggingPermissions } from "./packer-tags.ts";
import type { UnscopedAction } from "./unscoped.ts";

/** Read-only calls of Packer's amazon plugin. */
export const packerReads: UnscopedAction[] = [
  "ec2:DescribeImages",
  "ec2:DescribeInstances",
  "ec2:DescribeRegions",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSnapshots",
  "ec2:DescribeSubnets",
  "ec2:DescribeVolumes",
  ...(findsItsPlace ? (["ec2:DescribeInstanceTypeOfferings", "ec2:DescribeVpcs"] as const) : []),
];

/**
 * All other calls of the plugin, from start to clean-up (sources: the plugin's documentation and its recorded calls).
 */
export function packerPermissions(partition: string): Statement[] {
  // In China, key pairs and security groups never get a tag.
  const onOurs = tagsMachinesLater(partition) ? [hasNoOther] : [hasOurTag];
  return [
    ...startingInstances(partition),
    ...taggingPermissions(partition),
    {
      sid: "UseTaggedInstances",
      actions: [
        "ec2:CreateImage",
        "ec2:GetConsoleOutput",
        "ec2:GetPasswordData",
        // Used only at the end of a proof: a machine that becomes an image stops itself.
        "ec2:StopInstances",
        "ec2:TerminateInstances",
      ],
      resources: [instances],
      conditions: [hasOurTag],
    },
    {
      // Packer removes the parts of an image that it cannot finish.
      sid: "RemoveWhatIsTagged",
      actions: ["ec2:DeleteSnapshot", "ec2:DeregisterImage"],
      resources: images,
      conditions: [hasOurTag],
    },
    ...(tagsMachinesLater(partition)
      ? []
      : [
          {
            // Volumes that come with the base image and that are not deleted with the instance.
            sid: "RemoveTaggedVolumes",
            actions: ["ec2:DeleteVolume"],
            resources: [volumes],
            conditions: [hasOurTag],
          },
        ]),
    {
      sid: "UseAndRemoveKeysAndGroups",
      actions: [
        "ec2:DeleteKeyPair",
        ...(findsItsPlace ? ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup"] : []),
      ],
      resources: keyPairsAndGroups,
      conditions: onOurs,
    },
    // The image and its snapshot do not exist yet, so they have no tag. The instance that they are made from has it.
    { sid: "MakeImages", actions: ["ec2:CreateImage"], resources: images },
    {
      sid: "DescribeItsImages",
      actions: ["ec2:ModifyImageAttribute"],
      resources: [imageArn("image")],
      // In some partitions the plugin tags an image only after this call.
      conditions: tagsImagesLater(partition) ? [hasNoOther] : [hasOurTag],
    },
    {
      sid: "FindGuestProfile",
      actions: ["iam:GetInstanceProfile"],
      resources: [guestProfile.arn, harvestProfile.arn],
    },
    {
      sid: "GiveGuestItsRole",
      actions: ["iam:PassRole"],
      resources: [guestRole.arn, harvestRole.arn],
      conditions: [{ test: "StringLike", variable: "iam:PassedToService", values: ["ec2.amazonaws.com*"] }],
    },
  ];
}

/**
 * Creates the key pair, the group and the instance, with the deployed instance type and profiles; in the user's VPC, in
 * the deployed subnet and group.
 */
function startingInstances(partition: string): Statement[] {
  const tagged = tagsMachinesLater(partition) ? [] : [setsOurTag];
  return [
    {
      sid: "StartTaggedInstances",
      actions: ["ec2:RunInstances"],
      resources: [instances],
      conditions: [
        ...tagged,
        { test: "StringEquals", variable: "ec2:InstanceType", values: [policies.instanceType] },
        hasOurProfile,
      ],
    },
    {
      sid: "StartThemFrom",
      actions: ["ec2:RunInstances"],
      resources: [
        imageArn("image"),
        keyPairs,
        volumes,
        networkInterfaces,
        ...(instanceSubnets.length > 0 ? instanceSubnets : ["*"]).map((subnet) => arnOf("ec2", `subnet/${subnet}`)),
        securityGroups ? arnOf("ec2", $interpolate`security-group/${securityGroups.instance.id}`) : groups,
      ],
    },
    {
      sid: "MakeTaggedKeysAndGroups",
      actions: ["ec2:CreateKeyPair", ...(findsItsPlace ? ["ec2:CreateSecurityGroup"] : [])],
      resources: keyPairsAndGroups,
      conditions: tagged,
    },
    ...(findsItsPlace
      ? [{ sid: "MakeGroupsIn", actions: ["ec2:CreateSecurityGroup"], resources: [arnOf("ec2", "vpc/*")] }]
      : []),
  ];
}
