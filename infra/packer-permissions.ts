import { arnOf, imageArn, partition } from "./account.ts";
import { policies } from "./configuration.ts";
import { guestProfile, guestRole, harvestProfile, harvestRole } from "./guest.ts";
import { bearsOurTag, givesNoOther, givesOurTag } from "./names.ts";

/** The plugin calls its temporary key pairs `packer_<UUID>`; a key pair's ARN ends in its name. */
const keyPairs = arnOf("ec2", "key-pair/packer_*");
const groups = arnOf("ec2", "security-group/*");
/** In a VPC of the user's a build takes the group that was deployed; elsewhere it looks for a subnet and makes a group for itself. */
const findsItsPlace = policies.network.kind === "public";
const keyPairsAndGroups = findsItsPlace ? [keyPairs, groups] : [keyPairs];
const instances = arnOf("ec2", "instance/*");
const images = [imageArn("image"), imageArn("snapshot")];
const volumes = arnOf("ec2", "volume/*");

/** Set while EC2 asks whether a call that creates something may tag it too; absent from CreateTags called by itself. */
const inCreation = {
  test: "StringEquals",
  variable: "ec2:CreateAction",
  values: ["RunInstances", "CreateKeyPair", "CreateSecurityGroup", "CreateImage"],
};

/** What Packer's amazon plugin calls from the first look to the last clean-up (its documentation, and its calls as recorded). */
export const packerPermissions: aws.types.input.iam.GetPolicyDocumentStatementArgs[] = [
  {
    sid: "LookAround",
    // AWS scopes none of these to a resource.
    actions: [
      "ec2:DescribeImages",
      "ec2:DescribeInstances",
      "ec2:DescribeRegions",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSnapshots",
      "ec2:DescribeSubnets",
      "ec2:DescribeVolumes",
      ...(findsItsPlace ? ["ec2:DescribeInstanceTypeOfferings", "ec2:DescribeVpcs"] : []),
    ],
    resources: ["*"],
  },
  {
    sid: "StartTaggedInstances",
    actions: ["ec2:RunInstances"],
    resources: [instances],
    conditions: outsideChina(givesOurTag),
  },
  {
    sid: "StartThemFrom",
    actions: ["ec2:RunInstances"],
    resources: [
      imageArn("image"),
      keyPairs,
      groups,
      volumes,
      arnOf("ec2", "network-interface/*"),
      arnOf("ec2", "subnet/*"),
    ],
  },
  {
    sid: "MakeTaggedKeysAndGroups",
    actions: ["ec2:CreateKeyPair", ...(findsItsPlace ? ["ec2:CreateSecurityGroup"] : [])],
    resources: keyPairsAndGroups,
    conditions: outsideChina(givesOurTag),
  },
  ...(findsItsPlace
    ? [{ sid: "MakeGroupsIn", actions: ["ec2:CreateSecurityGroup"], resources: [arnOf("ec2", "vpc/*")] }]
    : []),
  {
    sid: "TagWhatItMakes",
    actions: ["ec2:CreateTags"],
    resources: [...images, instances, ...keyPairsAndGroups, volumes, arnOf("ec2", "network-interface/*")],
    conditions: partition.apply((one) => (tagsImagesLater(one) ? [givesOurTag] : [givesOurTag, inCreation])),
  },
  {
    // The inputs, by Packer once the image is there; the summary of its report and the proof, by the buildspec.
    sid: "TagItsImagesFurther",
    actions: ["ec2:CreateTags"],
    resources: images,
    conditions: [bearsOurTag, givesNoOther],
  },
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
    // What there is of an image that cannot be finished. Volumes: of those that an image brings along and that outlive the instance.
    sid: "RemoveWhatIsTagged",
    actions: ["ec2:DeleteSnapshot", "ec2:DeleteVolume", "ec2:DeregisterImage"],
    resources: [...images, volumes],
    conditions: [bearsOurTag],
  },
  {
    sid: "UseAndRemoveTaggedKeysAndGroups",
    actions: [
      "ec2:DeleteKeyPair",
      ...(findsItsPlace ? ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup"] : []),
    ],
    resources: keyPairsAndGroups,
    conditions: outsideChina(bearsOurTag),
  },
  // The image and its snapshot do not exist yet; the instance it is made of bears the tag.
  { sid: "MakeImages", actions: ["ec2:CreateImage"], resources: images },
  {
    // Before the image gets the rest of its tags.
    sid: "DescribeItsImages",
    actions: ["ec2:ModifyImageAttribute"],
    resources: [imageArn("image")],
    conditions: partition.apply((one) => (tagsImagesLater(one) ? [] : [bearsOurTag])),
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

/**
 * A condition on tags that are there from the beginning. In China the plugin (1.8.2) tags an instance after it runs, key pairs and groups
 * never: with the condition no build would work there. Without it the role is as wide as its resources, and an instance that never ran
 * stays untagged and is not terminated.
 */
function outsideChina(condition: typeof bearsOurTag): $util.Output<(typeof bearsOurTag)[]> {
  return partition.apply((one) => (one === "aws-cn" ? [] : [condition]));
}

/** In GovCloud and in China the plugin (1.8.2) tags an image by a call of its own, after it has described it. */
function tagsImagesLater(one: string): boolean {
  return one === "aws-us-gov" || one === "aws-cn";
}
