import { channelNames } from "../functions/config/channel-names.ts";
import { recipeOf } from "../functions/config/variant.ts";
import { tagPrefix } from "../functions/domain/inputs.ts";
import { arnOf, imageArn, partition, region } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { project } from "./builds.ts";
import { policies, variants } from "./configuration.ts";
import { channelsPrefix, hasOurTag, requestsPrefix } from "./names.ts";
import { groups, hasOurProfile, instances, keyPairs, volumes } from "./packer-resources.ts";
import { pathsOf } from "./records.ts";
import { readingThroughEc2, unscopedStatement } from "./unscoped.ts";

type Permission = sst.aws.FunctionPermissionArgs;

const assembles = variants.some((variant) => recipeOf(variant) === "assemble");

/** What {@link pausing} writes. */
const pauses = $interpolate`${artifacts.arn}/records/pauses/*`;

/** Permissions to observe the world. Both functions have them. */
export const observing = observingAndListing();

/** As {@link observing}, and to list what is below these prefixes of the bucket, too. */
function observingAndListing(...prefixes: string[]): Permission[] {
  return [
    {
      // Public parameters belong to no account, so their ARNs contain no account ID.
      actions: ["ssm:GetParameters"],
      resources: [$interpolate`arn:${partition}:ssm:${region}::parameter/aws/service/ami-windows-latest/*`],
    },
    {
      // Access to a path includes everything below it (Systems Manager user guide, "Restricting access to parameters").
      actions: ["ssm:GetParametersByPath"],
      resources: [channelsPrefix, requestsPrefix].map((prefix) => arnOf("ssm", `parameter${prefix}`)),
    },
    {
      actions: ["codebuild:BatchGetBuilds", "codebuild:ListBuildsForProject"],
      resources: [project.arn],
    },
    {
      actions: ["s3:ListBucket"],
      resources: [artifacts.arn],
      conditions: [
        {
          test: "StringLike",
          variable: "s3:prefix",
          values: ["announced/*", "records/*", ...(assembles ? ["harvest/*"] : []), ...prefixes],
        },
      ],
    },
    { actions: ["s3:GetObject"], resources: [pauses] },
    ...(assembles
      ? [{ actions: ["s3:GetObject"], resources: [$interpolate`${artifacts.arn}/harvest/*/manifest.json`] }]
      : []),
    unscopedStatement([
      "ec2:DescribeImages",
      "ec2:DescribeInstances",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:DescribeImageReferences",
      "ec2:DescribeTags",
      "ec2:DescribeVolumes",
      "ec2:DescribeKeyPairs",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSnapshots",
      ...(policies.kubernetesSource === "eks" ? (["eks:DescribeClusterVersions"] as const) : []),
    ]),
    readingThroughEc2,
    {
      // Tells whether the image is shared with other accounts; their use of it is not visible here.
      actions: ["ec2:DescribeImageAttribute"],
      resources: [imageArn("image")],
      conditions: [hasOurTag],
    },
  ];
}

/**
 * What only reconcile reads: a variant's channels again before it writes one, and reports, to tell subscribers how two
 * images differ.
 */
export const observingForActions: Permission[] = [
  { actions: ["ssm:GetParametersByPath"], resources: [arnOf("ssm", `parameter${channelsPrefix}/*`)] },
  { actions: ["s3:GetObject"], resources: [$interpolate`${artifacts.arn}/reports/*`] },
];

/** What only api reads, for the timeline of a variant: what channels held. */
export const observingHistory: Permission[] = [
  { actions: ["ssm:GetParameterHistory"], resources: [arnOf("ssm", `parameter${channelsPrefix}/*`)] },
];

/** To observe the world and to answer with an image's reports, which a listing finds. */
export const observingWithReports: Permission[] = [
  ...observingAndListing("reports/*"),
  { actions: ["s3:GetObject"], resources: [$interpolate`${artifacts.arn}/reports/*`] },
];

/** Tags that record what was done with an image. Each is written by one role only. */
const publicationTags = [...channelNames.map((channel) => `published-${channel}`), "retired-at", "withdrawn-at"];
const interventionTags = ["revoked", "approved"];

/** Permissions to publish, retire and withdraw images of this stage. */
export const retiring: Permission[] = [
  {
    actions: ["ec2:EnableImageDeprecation", "ec2:DisableImageDeprecation", "ec2:EnableImage", "ec2:DisableImage"],
    resources: [imageArn("image")],
    conditions: [hasOurTag],
  },
  ...tagging(["ec2:CreateTags"], publicationTags),
  // Used when an image is no longer retired or revoked.
  ...tagging(["ec2:DeleteTags"], ["retired-at", "withdrawn-at"]),
];

/**
 * Deregistration is final, and it deletes the image's snapshots too. Images that never proved themselves go without a
 * setting.
 */
export const deregistering: Permission[] = [
  {
    actions: ["ec2:DeregisterImage", "ec2:DeleteSnapshot"],
    resources: [imageArn("image"), imageArn("snapshot")],
    conditions: [hasOurTag],
  },
];

/**
 * Permissions to remove what a killed build leaves behind, only with `sweep: "remove"`. In China key pairs and groups
 * have no tag, and nothing finds or removes them.
 */
export const sweeping: Permission[] =
  policies.sweep === "report"
    ? []
    : [
        { actions: ["ec2:TerminateInstances"], resources: [instances], conditions: [hasOurTag, hasOurProfile] },
        { actions: ["ec2:DeleteVolume"], resources: [volumes], conditions: [hasOurTag] },
        { actions: ["ec2:DeleteKeyPair"], resources: [keyPairs], conditions: [hasOurTag] },
        // Also with the user's network: a group may be left from before.
        { actions: ["ec2:DeleteSecurityGroup"], resources: [groups], conditions: [hasOurTag] },
      ];

/** An operator's decision about an image of this stage: set it and take it back. */
export const intervening: Permission[] = tagging(["ec2:CreateTags", "ec2:DeleteTags"], interventionTags);

/** A person's order to pause a variant or everything, and to resume it. */
export const pausing: Permission[] = [{ actions: ["s3:PutObject", "s3:DeleteObject"], resources: [pauses] }];

/** Permission to write a role's records. */
export function recording(writer: "api" | "reconcile"): Permission {
  return {
    actions: ["s3:PutObject"],
    resources: pathsOf(writer).map((path) => $interpolate`${artifacts.arn}/${path}`),
  };
}

function tagging(actions: string[], tags: string[]): Permission[] {
  return [
    {
      actions,
      resources: [imageArn("image")],
      conditions: [
        hasOurTag,
        {
          test: "ForAllValues:StringEquals",
          variable: "aws:TagKeys",
          values: tags.map((tag) => `${tagPrefix}${tag}`),
        },
        // ForAllValues holds for a call without any keys, and DeleteTags without keys deletes all tags.
        { test: "Null", variable: "aws:TagKeys", values: ["false"] },
      ],
    },
  ];
}
