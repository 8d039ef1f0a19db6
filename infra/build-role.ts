import { accountId, arnOf, imageArn, partition, policyDocument, region } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { policies } from "./configuration.ts";
import { guestProfile, guestRole } from "./guest.ts";
import { buildLogs } from "./logs.ts";
import { bearsOurTag, givesOurTag, named } from "./names.ts";

/** What Packer's amazon plugin calls from the first look to the last clean-up (its documentation, and its calls as recorded). */
const packer = [
  {
    sid: "LookAround",
    // AWS scopes none of these to a resource.
    actions: [
      "ec2:DescribeImages",
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceTypeOfferings",
      "ec2:DescribeRegions",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSnapshots",
      "ec2:DescribeSubnets",
      "ec2:DescribeVolumes",
      "ec2:DescribeVpcs",
    ],
    resources: ["*"],
  },
  {
    sid: "StartTaggedInstances",
    actions: ["ec2:RunInstances"],
    resources: [arnOf("ec2", "instance/*")],
    conditions: [givesOurTag],
  },
  {
    sid: "StartThemFrom",
    actions: ["ec2:RunInstances"],
    resources: [
      imageArn("image"),
      imageArn("snapshot"),
      ...["key-pair/*", "network-interface/*", "security-group/*", "subnet/*", "volume/*"].map((kind) =>
        arnOf("ec2", kind),
      ),
    ],
  },
  {
    sid: "MakeTaggedKeysAndGroups",
    actions: ["ec2:CreateKeyPair", "ec2:CreateSecurityGroup"],
    resources: [arnOf("ec2", "key-pair/*"), arnOf("ec2", "security-group/*")],
    conditions: [givesOurTag],
  },
  { sid: "MakeGroupsIn", actions: ["ec2:CreateSecurityGroup"], resources: [arnOf("ec2", "vpc/*")] },
  {
    sid: "TagWhatItMakes",
    actions: ["ec2:CreateTags"],
    resources: [
      imageArn("image"),
      imageArn("snapshot"),
      ...["instance/*", "key-pair/*", "network-interface/*", "security-group/*", "volume/*"].map((kind) =>
        arnOf("ec2", kind),
      ),
    ],
    conditions: [givesOurTag],
  },
  {
    sid: "UseAndRemoveWhatIsTagged",
    actions: [
      "ec2:AuthorizeSecurityGroupIngress",
      "ec2:CreateImage",
      "ec2:CreateTags",
      "ec2:DeleteKeyPair",
      "ec2:DeleteSecurityGroup",
      "ec2:DeleteSnapshot",
      "ec2:DeregisterImage",
      "ec2:GetConsoleOutput",
      "ec2:GetPasswordData",
      "ec2:TerminateInstances",
    ],
    resources: [
      imageArn("image"),
      imageArn("snapshot"),
      ...["instance/*", "key-pair/*", "security-group/*"].map((kind) => arnOf("ec2", kind)),
    ],
    conditions: [bearsOurTag],
  },
  {
    // Both before the new image and snapshot bear their tags.
    sid: "MakeImages",
    actions: ["ec2:CreateImage", "ec2:ModifyImageAttribute"],
    resources: [imageArn("image"), imageArn("snapshot")],
  },
  { sid: "FindGuestProfile", actions: ["iam:GetInstanceProfile"], resources: [guestProfile.arn] },
  {
    sid: "GiveGuestItsRole",
    actions: ["iam:PassRole"],
    resources: [guestRole.arn],
    conditions: [{ test: "StringLike", variable: "iam:PassedToService", values: ["ec2.amazonaws.com*"] }],
  },
];

const codeBuild = [
  { actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: [$interpolate`${artifacts.arn}/source/*`] },
  { actions: ["s3:GetBucketLocation"], resources: [artifacts.arn] },
  { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [$interpolate`${buildLogs.arn}:*`] },
];

/** CodeBuild's own network interfaces (AWS, "Allow CodeBuild access to AWS services required to create a VPC network interface"). */
const { network } = policies;
const vpc =
  network.kind === "vpc"
    ? [
        {
          actions: [
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
          ],
          resources: ["*"],
        },
        {
          actions: ["ec2:CreateNetworkInterfacePermission"],
          resources: [arnOf("ec2", "network-interface/*")],
          conditions: [
            { test: "StringEquals", variable: "ec2:AuthorizedService", values: ["codebuild.amazonaws.com"] },
            {
              test: "ArnEquals",
              variable: "ec2:Subnet",
              values: network.subnetIds.map(
                (subnet) => $interpolate`arn:${partition}:ec2:${region}:${accountId}:subnet/${subnet}`,
              ),
            },
          ],
        },
      ]
    : [];

export const buildRole = new aws.iam.Role("BuildRole", {
  name: named("build"),
  assumeRolePolicy: policyDocument([
    {
      actions: ["sts:AssumeRole"],
      principals: [{ type: "Service", identifiers: ["codebuild.amazonaws.com"] }],
      conditions: [{ test: "StringEquals", variable: "aws:SourceAccount", values: [accountId] }],
    },
  ]),
  inlinePolicies: [
    { name: "packer", policy: policyDocument(packer) },
    { name: "codebuild", policy: policyDocument([...codeBuild, ...vpc]) },
  ],
});
