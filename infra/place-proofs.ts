import type { Statement } from "./account.ts";
import { policies } from "./configuration.ts";
import { hasOurTag, setsOurTag } from "./names.ts";
import { anywhere, imagesAnywhere } from "./place-arns.ts";
import { unscopedStatement } from "./unscoped.ts";

const instances = anywhere("ec2", "instance/*");
const volumes = anywhere("ec2", "volume/*");
const networkInterfaces = anywhere("ec2", "network-interface/*");
const groups = anywhere("ec2", "security-group/*");
/** The plugin names its temporary key pairs `packer_<UUID>`. */
const keyPairs = anywhere("ec2", "key-pair/packer_*");

/**
 * What Packer does to boot an image in a place, in a subnet of its default VPC: as at home
 * (infra/packer-permissions.ts), without an instance profile, and without a new image.
 */
export const provingThere: Statement[] = [
  {
    sid: "LookAsPacker",
    ...unscopedStatement([
      "ec2:DescribeInstanceTypeOfferings",
      "ec2:DescribeRegions",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSnapshots",
      "ec2:DescribeSubnets",
      "ec2:DescribeVolumes",
      "ec2:DescribeVpcs",
    ]),
  },
  {
    sid: "StartTaggedInstances",
    actions: ["ec2:RunInstances"],
    resources: [instances],
    conditions: [
      setsOurTag,
      { test: "StringEquals", variable: "ec2:InstanceType", values: [policies.instanceType] },
      { test: "Null", variable: "ec2:InstanceProfile", values: ["true"] },
    ],
  },
  {
    sid: "StartCopies",
    actions: ["ec2:RunInstances"],
    resources: [imagesAnywhere("image")],
    conditions: [hasOurTag],
  },
  {
    sid: "StartThemFrom",
    actions: ["ec2:RunInstances"],
    resources: [keyPairs, volumes, networkInterfaces, anywhere("ec2", "subnet/*"), groups],
  },
  {
    sid: "MakeTaggedKeysAndGroups",
    actions: ["ec2:CreateKeyPair", "ec2:CreateSecurityGroup"],
    resources: [keyPairs, groups],
    conditions: [setsOurTag],
  },
  { sid: "MakeGroupsIn", actions: ["ec2:CreateSecurityGroup"], resources: [anywhere("ec2", "vpc/*")] },
  {
    sid: "TagWhatProves",
    actions: ["ec2:CreateTags"],
    resources: [instances, anywhere("ec2", "key-pair/*"), groups, volumes, networkInterfaces],
    conditions: [
      setsOurTag,
      {
        test: "StringEquals",
        variable: "ec2:CreateAction",
        values: ["CreateKeyPair", "CreateSecurityGroup", "RunInstances"],
      },
    ],
  },
  {
    sid: "UseAndRemoveWhatProves",
    actions: [
      "ec2:AuthorizeSecurityGroupIngress",
      "ec2:DeleteKeyPair",
      "ec2:DeleteSecurityGroup",
      "ec2:DeleteVolume",
      "ec2:GetConsoleOutput",
      "ec2:GetPasswordData",
      "ec2:StopInstances",
      "ec2:TerminateInstances",
    ],
    resources: [instances, keyPairs, groups, volumes],
    conditions: [hasOurTag],
  },
];
