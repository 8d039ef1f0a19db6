import type { StoryName } from "../rehearsal/stories.ts";
import type { Grant } from "./review.ts";
import { inPlaces } from "./unrecorded-places.ts";

/** Permissions of a role that calls of no rehearsal need, or calls of some stories only. */
export interface Unrecorded {
  /** Names in the program; `SpokeRole` for the roles that spokes have in other accounts. */
  roles: string[];
  /** As in {@link Grant}. */
  actions: string[];
  /** If it is missing, the entry is about any resource. */
  resource?: string;
  /** The stories whose calls need the permissions. */
  stories: StoryName[];
  reason: string;
}

const build = ["BuildRole"];
const reconcile = ["ReconcileRole"];
const api = ["ApiRole"];
const functions = [...reconcile, ...api];

/** AWS uses these on behalf of the role, or the service uses them in situations that no rehearsal plays. */
const neverRecorded: Unrecorded[] = [
  {
    roles: [...functions, ...build],
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    stories: [],
    reason: "Lambda and CodeBuild write logs",
  },
  {
    roles: build,
    actions: ["s3:GetBucketLocation"],
    stories: [],
    reason: "CodeBuild looks for the source's bucket (CodeBuild user guide, service role)",
  },
  {
    roles: build,
    actions: ["s3:GetObject"],
    resource: "ArtifactsBucket/source/*",
    stories: [],
    reason: "CodeBuild may look at the source before it fetches its version (CodeBuild user guide, service role)",
  },
  {
    roles: build,
    actions: [
      "ec2:CreateNetworkInterface",
      "ec2:CreateNetworkInterfacePermission",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeDhcpOptions",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeVpcs",
    ],
    stories: [],
    reason: "CodeBuild connects to the user's VPC",
  },
  {
    roles: build,
    actions: [
      "kms:CreateGrant",
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo",
    ],
    stories: [],
    reason:
      "EBS uses the user's key, if there is one, on behalf of the role that starts an instance or creates an image",
  },
  {
    roles: functions,
    actions: [
      "ec2:DescribeLaunchTemplates",
      "imagebuilder:GetContainerRecipe",
      "imagebuilder:ListContainerRecipes",
      "imagebuilder:ListImageRecipes",
      "ssm:DescribeParameters",
      "ssm:GetParameters",
    ],
    resource: "*",
    stories: [],
    reason: "EC2 reads these to find what uses an image (DescribeImageReferences)",
  },
  {
    roles: build,
    actions: ["ec2:DeleteSnapshot", "ec2:DeleteVolume", "ec2:DeregisterImage", "ec2:DescribeSnapshots"],
    stories: [],
    reason: "Packer removes the parts of an image that it cannot finish",
  },
  {
    roles: build,
    actions: ["s3:GetObject"],
    resource: "ArtifactsBucket/reports/*",
    stories: [],
    reason: "a build that only proves an image checks whether it has a report",
  },
  {
    roles: api,
    actions: ["s3:GetObject"],
    resource: "ArtifactsBucket/reports/*",
    stories: [],
    reason: "a person asks what is inside an image (recorded in test/rim/api/report.test.ts)",
  },
  {
    roles: functions,
    actions: ["ec2:DescribeSecurityGroups"],
    stories: [],
    reason: "a security group was left behind (recorded in test/rim/io/leftovers.test.ts)",
  },
  {
    roles: reconcile,
    actions: ["ec2:DeleteSecurityGroup", "ec2:DeleteSnapshot", "ec2:DeleteVolume", "ec2:DeregisterImage"],
    stories: [],
    reason:
      "an image is deregistered, or the sweep removes a group, a volume or a snapshot (test/rim/io/leftovers.test.ts)",
  },
  {
    roles: api,
    actions: ["ec2:DescribeImageAttribute", "ec2:DescribeInstances", "ec2:DescribeLaunchTemplateVersions"],
    stories: [],
    reason: "an operator reads the plan while nothing seems to use an old image (test/rim/io/image-lifecycle.test.ts)",
  },
  {
    roles: api,
    actions: ["ec2:DescribeKeyPairs", "ec2:DescribeVolumes"],
    stories: [],
    reason: "an operator reads the status while a killed build's resources are there",
  },
  {
    roles: build,
    actions: ["s3:ListBucket"],
    stories: [],
    reason: "a build that only proves an image checks whether it has a record",
  },
  {
    roles: reconcile,
    actions: ["ec2:EnableImage"],
    stories: [],
    reason:
      "an image that retention or a revocation disabled is enabled again (recorded in test/e2e/interventions.full.test.ts)",
  },
  {
    roles: functions,
    actions: ["s3:GetObject"],
    resource: "ArtifactsBucket/records/pauses/*",
    stories: [],
    reason: "something is paused (recorded in test/e2e/handlers.test.ts)",
  },
  {
    roles: api,
    actions: ["ssm:GetParameterHistory"],
    stories: [],
    reason: "an operator reads the timeline of a variant (recorded in test/e2e/interventions.full.test.ts)",
  },
  {
    roles: api,
    actions: ["s3:GetObject"],
    resource: "ArtifactsBucket/reports/*",
    stories: [],
    reason: "an operator reads the timeline of a variant (recorded in test/e2e/interventions.full.test.ts)",
  },
  {
    roles: api,
    actions: ["s3:PutObject", "s3:DeleteObject"],
    resource: "ArtifactsBucket/records/pauses/*",
    stories: [],
    reason: "an operator pauses and resumes (recorded in test/e2e/handlers.test.ts)",
  },
  {
    roles: functions,
    actions: ["s3:GetObject"],
    resource: "ArtifactsBucket/records/holds/*",
    stories: [],
    reason: "a fleet is held",
  },
  {
    roles: api,
    actions: ["s3:PutObject", "s3:DeleteObject"],
    resource: "ArtifactsBucket/records/holds/*",
    stories: [],
    reason: "an operator holds a fleet and releases it",
  },
  {
    roles: ["FleetsRole"],
    actions: ["ec2:CreateTags"],
    stories: [],
    reason: "EC2 tags the instances of a launch template that says so",
  },
  {
    roles: ["FleetsRole"],
    actions: ["ssm:GetParameters"],
    stories: [],
    reason: "EC2 reads the parameter that a launch template follows, for whoever uses the template",
  },
  {
    roles: ["FastLaunchRole"],
    actions: ["iam:CreateServiceLinkedRole", "ec2:DescribeImages", "ec2:DescribeLaunchTemplateVersions"],
    stories: [],
    reason: "EC2 makes its service role with the first image, and reads image and template for whoever enables it",
  },
  {
    roles: ["FastLaunchRole"],
    actions: ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"],
    stories: [],
    reason: "EC2 checks the use of the user's key for whoever enables Fast Launch of an image that it encrypts",
  },
];

const inSomeStories: Unrecorded[] = [
  {
    roles: ["GuestRole", "HarvestRole"],
    actions: ["s3:GetObject", "s3:PutObject"],
    stories: ["families"],
    reason: "files that AWS publishes nowhere are harvested and copied into assembled images",
  },
  {
    roles: build,
    actions: ["s3:GetObject"],
    resource: "ArtifactsBucket/harvest/*/manifest.json",
    stories: ["families"],
    reason: "a harvest checks that it is complete",
  },
  {
    roles: reconcile,
    actions: [
      "ec2:DeleteTags",
      "ec2:DescribeImageAttribute",
      "ec2:DescribeImageReferences",
      "ec2:DescribeInstances",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:DisableImage",
      "ec2:DisableImageDeprecation",
      "ec2:EnableImageDeprecation",
    ],
    stories: ["safety"],
    reason: "images are revoked, unrevoked and retired",
  },
  {
    roles: reconcile,
    actions: ["ec2:DeleteKeyPair", "ec2:DescribeKeyPairs", "ec2:DescribeVolumes", "ec2:TerminateInstances"],
    stories: ["safety"],
    reason: "a killed build leaves an instance, its volume and a key pair behind",
  },
  {
    roles: api,
    actions: ["ssm:AddTagsToResource", "ssm:PutParameter"],
    stories: ["main"],
    reason: "an operator requests a rebuild",
  },
  {
    roles: api,
    actions: ["s3:PutObject"],
    stories: ["safety"],
    reason: "an operator's decision is recorded",
  },
  { roles: api, actions: ["sqs:SendMessage"], stories: ["main", "safety"], reason: "an operator calls POST" },
  {
    roles: api,
    actions: ["ec2:CreateTags", "ec2:DeleteTags", "ec2:DescribeImageReferences"],
    stories: ["safety"],
    reason: "an operator decides about an image",
  },
  {
    roles: api,
    actions: [
      "codebuild:BatchGetBuilds",
      "codebuild:ListBuildsForProject",
      "ec2:DescribeImages",
      "ec2:DescribeSnapshots",
      "ec2:DescribeTags",
      "s3:ListBucket",
      "ssm:GetParameters",
    ],
    stories: ["safety", "families"],
    reason: "an operator reads the status",
  },
];

export const unrecorded: readonly Unrecorded[] = [...neverRecorded, ...inSomeStories, ...inPlaces];
