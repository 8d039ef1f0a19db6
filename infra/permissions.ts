import { channelNames } from "../functions/config/channel-names.ts";
import { recipeOf } from "../functions/config/variant.ts";
import { tagPrefix } from "../functions/domain/inputs.ts";
import { arnOf, imageArn, partition, region } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { project } from "./builds.ts";
import { policies, variants } from "./configuration.ts";
import { bearsOurTag, channelsPrefix, requestsPrefix } from "./names.ts";
import { lettingEc2LookOn, lookingAt } from "./unscoped.ts";

type Permission = sst.aws.FunctionPermissionArgs;

const assembles = variants.some((variant) => recipeOf(variant) === "assemble");

/** What looking at the world takes; both functions do it. */
export const observing: Permission[] = [
  {
    // Public parameters belong to no account, so their ARN names none.
    actions: ["ssm:GetParameters"],
    resources: [$interpolate`arn:${partition}:ssm:${region}::parameter/aws/service/ami-windows-latest/*`],
  },
  {
    // Who may read a path reads everything below it (Systems Manager user guide, "Restricting access to parameters").
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
      { test: "StringLike", variable: "s3:prefix", values: ["announced/*", ...(assembles ? ["harvest/*"] : [])] },
    ],
  },
  ...(assembles
    ? [{ actions: ["s3:GetObject"], resources: [$interpolate`${artifacts.arn}/harvest/*/manifest.json`] }]
    : []),
  lookingAt([
    "ec2:DescribeImages",
    "ec2:DescribeInstances",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:DescribeImageReferences",
    ...(policies.kubernetesSource === "eks" ? (["eks:DescribeClusterVersions"] as const) : []),
  ]),
  lettingEc2LookOn,
  {
    // Whether it is shared with other accounts, whose use nobody here can see.
    actions: ["ec2:DescribeImageAttribute"],
    resources: [imageArn("image")],
    conditions: [bearsOurTag],
  },
];

/** What reconcile reads besides: a variant's channels once more before it writes one, and what differs inside two images, for the subscribers. */
export const lookingCloser: Permission[] = [
  { actions: ["ssm:GetParametersByPath"], resources: [arnOf("ssm", `parameter${channelsPrefix}/*`)] },
  { actions: ["s3:GetObject"], resources: [$interpolate`${artifacts.arn}/reports/*`] },
];

/** Tags that tell what has been done with an image, each written by one role only. */
const publicationTags = [...channelNames.map((channel) => `published-${channel}`), "retired-at", "withdrawn-at"];
const interventionTags = ["revoked", "approved"];

/** What becomes of images of this stage after they are proved. */
export const retiring: Permission[] = [
  {
    actions: ["ec2:EnableImageDeprecation", "ec2:DisableImageDeprecation", "ec2:EnableImage", "ec2:DisableImage"],
    resources: [imageArn("image")],
    conditions: [bearsOurTag],
  },
  ...tagging(["ec2:CreateTags"], publicationTags),
  // When a retired or revoked image is taken back.
  ...tagging(["ec2:DeleteTags"], ["retired-at", "withdrawn-at"]),
];

/** Only where the configuration wants it: this cannot be undone. Snapshots go with their image. */
export const deregistering: Permission[] = [
  {
    actions: ["ec2:DeregisterImage", "ec2:DeleteSnapshot"],
    resources: [imageArn("image"), imageArn("snapshot")],
    conditions: [bearsOurTag],
  },
];

/** A person's decision about an image of this stage, and its withdrawal. */
export const intervening: Permission[] = tagging(["ec2:CreateTags", "ec2:DeleteTags"], interventionTags);

function tagging(actions: string[], tags: string[]): Permission[] {
  return [
    {
      actions,
      resources: [imageArn("image")],
      conditions: [
        bearsOurTag,
        {
          test: "ForAllValues:StringEquals",
          variable: "aws:TagKeys",
          values: tags.map((tag) => `${tagPrefix}${tag}`),
        },
        // Of no keys at all everything is true, and DeleteTags without keys deletes all tags.
        { test: "Null", variable: "aws:TagKeys", values: ["false"] },
      ],
    },
  ];
}
