import { arnOf, imageArn, type Statement } from "./account.ts";
import { policies } from "./configuration.ts";
import { guestProfile, guestRole, harvestProfile, harvestRole } from "./guest.ts";
import { bearsNoOther, bearsOurTag, givesOurTag } from "./names.ts";
import { instanceNetwork, securityGroups } from "./network.ts";
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
import type { Look } from "./unscoped.ts";

/** What Packer's amazon plugin looks at. */
export const packerLooks: Look[] = [
  "ec2:DescribeImages",
  "ec2:DescribeInstances",
  "ec2:DescribeRegions",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSnapshots",
  "ec2:DescribeSubnets",
  "ec2:DescribeVolumes",
  ...(findsItsPlace ? (["ec2:DescribeInstanceTypeOfferings", "ec2:DescribeVpcs"] as const) : []),
];

/** What else it calls from the first look to the last clean-up (its documentation, and its calls as recorded). */
export function packerPermissions(partition: string): Statement[] {
  // In China key pairs and groups never get a tag.
  const ofOurs = tagsMachinesLater(partition) ? [bearsNoOther] : [bearsOurTag];
  return [
    ...startingInstances(partition),
    ...taggingPermissions(partition),
    {
      sid: "UseTaggedInstances",
      actions: [
        "ec2:CreateImage",
        "ec2:GetConsoleOutput",
        "ec2:GetPasswordData",
        // At the end of a proof only; a machine that becomes an image stops itself.
        "ec2:StopInstances",
        "ec2:TerminateInstances",
      ],
      resources: [instances],
      conditions: [bearsOurTag],
    },
    {
      // What there is of an image that cannot be finished.
      sid: "RemoveWhatIsTagged",
      actions: ["ec2:DeleteSnapshot", "ec2:DeregisterImage"],
      resources: images,
      conditions: [bearsOurTag],
    },
    ...(tagsMachinesLater(partition)
      ? []
      : [
          {
            // Those that an image brings along and that outlive the instance.
            sid: "RemoveTaggedVolumes",
            actions: ["ec2:DeleteVolume"],
            resources: [volumes],
            conditions: [bearsOurTag],
          },
        ]),
    {
      sid: "UseAndRemoveKeysAndGroups",
      actions: [
        "ec2:DeleteKeyPair",
        ...(findsItsPlace ? ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup"] : []),
      ],
      resources: keyPairsAndGroups,
      conditions: ofOurs,
    },
    // The image and its snapshot do not exist yet; the instance it is made of bears the tag.
    { sid: "MakeImages", actions: ["ec2:CreateImage"], resources: images },
    {
      sid: "DescribeItsImages",
      actions: ["ec2:ModifyImageAttribute"],
      resources: [imageArn("image")],
      // Where it is tagged later, that is after it is described.
      conditions: tagsImagesLater(partition) ? [bearsNoOther] : [bearsOurTag],
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

/** Key, group and instance: of the type and with a profile that is deployed, in the user's VPC in the subnet and the group that are. */
function startingInstances(partition: string): Statement[] {
  const tagged = tagsMachinesLater(partition) ? [] : [givesOurTag];
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
        arnOf("ec2", `subnet/${instanceNetwork.subnet_id || "*"}`),
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
