import { accountId, partition, type Statement } from "./account.ts";
import { hasOurTag, stageTag } from "./names.ts";
import { anywhere, imagesAnywhere } from "./place-arns.ts";
import { unscopedStatement } from "./unscoped.ts";

const service = "ec2fastlaunch.amazonaws.com";
const throughFastLaunch = { test: "ForAnyValue:StringEquals", variable: "aws:CalledVia", values: [service] };
const network = ["launch-template", "security-group", "subnet", "vpc"].map((type) => anywhere("ec2", `${type}/*`));
const started = ["instance", "volume"].map((type) => anywhere("ec2", `${type}/*`));
const byFastLaunch = { test: "StringEquals", variable: "aws:RequestTag/CreatedBy", values: ["EC2 Fast Launch"] };

/**
 * Without a launch template, EC2 makes a stack with a network and a template for whoever enables Fast Launch, and asks
 * for AWS's policy EC2FastLaunchFullAccess. These are its statements for images of this stage, without its right to
 * pass any role.
 */
export const fastLaunchingThere: Statement[] = [
  {
    sid: "FastLaunchCopies",
    actions: ["ec2:EnableFastLaunch", "ec2:DisableFastLaunch"],
    resources: [imagesAnywhere("image")],
    conditions: [hasOurTag],
  },
  {
    // A copy that a person has deregistered has no tags any more, and its snapshots would cost money for ever.
    sid: "EndThatOfGoneCopies",
    actions: ["ec2:DisableFastLaunch"],
    resources: [imagesAnywhere("image")],
    conditions: [{ test: "Null", variable: `aws:ResourceTag/${stageTag}`, values: ["true"] }],
  },
  {
    sid: "SeeFastLaunch",
    ...unscopedStatement([
      "ec2:DescribeAccountAttributes",
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeFastLaunchImages",
      "ec2:DescribeLaunchTemplates",
      "ec2:DescribeRegions",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSnapshots",
      "ec2:DescribeSubnets",
      "ec2:DescribeTags",
      "ec2:DescribeVolumes",
      "ec2:DescribeVpcs",
    ]),
  },
  {
    sid: "LetItMakeItsStack",
    actions: [
      "cloudformation:CreateStack",
      "cloudformation:DeleteStack",
      "cloudformation:DescribeStackEvents",
      "cloudformation:DescribeStackResource",
      "cloudformation:DescribeStackResources",
      "cloudformation:DescribeStacks",
      "cloudformation:RollbackStack",
      "cloudformation:UpdateStack",
      "cloudformation:UpdateTerminationProtection",
    ],
    resources: [anywhere("cloudformation", "stack/EC2FastLaunch*/*")],
    conditions: [throughFastLaunch],
  },
  {
    sid: "LetItMakeItsNetwork",
    actions: [
      "ec2:AuthorizeSecurityGroupEgress",
      "ec2:CreateLaunchTemplate",
      "ec2:CreateLaunchTemplateVersion",
      "ec2:CreateSecurityGroup",
      "ec2:CreateSubnet",
      "ec2:CreateTags",
      "ec2:CreateVpc",
      "ec2:DeleteSecurityGroup",
      "ec2:DeleteSubnet",
      "ec2:DeleteVpc",
      "ec2:ModifyLaunchTemplate",
      "ec2:ModifyVpcAttribute",
      "ec2:RevokeSecurityGroupEgress",
    ],
    resources: network,
    conditions: [throughFastLaunch],
  },
  {
    sid: "StartCopies",
    actions: ["ec2:RunInstances"],
    resources: [imagesAnywhere("image")],
    conditions: [hasOurTag],
  },
  { sid: "StartWhatBecomesSnapshots", actions: ["ec2:RunInstances"], resources: started, conditions: [byFastLaunch] },
  {
    sid: "StartItFrom",
    actions: ["ec2:RunInstances"],
    resources: ["key-pair", "launch-template", "network-interface", "security-group", "subnet"].map((type) =>
      anywhere("ec2", `${type}/*`),
    ),
  },
  {
    sid: "TagWhatStarts",
    actions: ["ec2:CreateTags"],
    resources: [...started, imagesAnywhere("snapshot")],
    conditions: [{ test: "StringEquals", variable: "ec2:CreateAction", values: ["RunInstances"] }],
  },
  {
    sid: "MakeItsServiceRole",
    actions: ["iam:CreateServiceLinkedRole"],
    resources: [
      $interpolate`arn:${partition}:iam::${accountId}:role/aws-service-role/${service}/AWSServiceRoleForEC2FastLaunch`,
    ],
    conditions: [{ test: "StringEquals", variable: "iam:AWSServiceName", values: [service] }],
  },
];
