import type { StoryName } from "../rehearsal/stories.ts";
import type { Grant } from "./grants.ts";

/** What a role is allowed although no call of a rehearsal needs it, or of some stories only. */
export interface Unrecorded {
  /** Names in the program. */
  roles: string[];
  /** As in {@link Grant}. */
  actions: string[];
  /** Any of the role's where there is none. */
  resource?: string;
  /** The stories whose calls do need it; none where nobody's do. */
  stories: StoryName[];
  reason: string;
}

const build = ["BuildRole"];
const reconcile = ["ReconcileRole"];
const api = ["ApiRole"];
const functions = [...reconcile, ...api];

/** Used by AWS in the role's name, or by the service at times that no rehearsal plays. */
const neverRecorded: Unrecorded[] = [
  {
    roles: [...functions, ...build],
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    stories: [],
    reason: "Lambda and CodeBuild write the logs",
  },
  {
    roles: build,
    actions: ["s3:GetBucketLocation", "s3:GetObjectVersion"],
    stories: [],
    reason: "CodeBuild fetches the source (CodeBuild user guide, service role)",
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
    reason: "CodeBuild enters the user's VPC",
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
      "EBS asks for the user's key, where there is one, in the name of whoever starts an instance or makes an image",
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
    reason: "EC2 looks at these when it is asked who uses an image (DescribeImageReferences)",
  },
  {
    roles: build,
    actions: ["ec2:DeleteSnapshot", "ec2:DeleteVolume", "ec2:DeregisterImage", "ec2:DescribeSnapshots"],
    stories: [],
    reason: "Packer removes what there is of an image that it cannot finish",
  },
  {
    roles: build,
    actions: ["s3:GetObject"],
    resource: "ArtifactsBucket/reports/*",
    stories: [],
    reason: "a build that only proves an image looks whether there is a report on it",
  },
  {
    roles: reconcile,
    actions: ["ec2:EnableImage"],
    stories: [],
    reason:
      "an image that retention or a revocation has disabled is taken back (recorded in test/e2e/interventions.test.ts)",
  },
];

const inSomeStories: Unrecorded[] = [
  {
    roles: ["GuestRole", "HarvestRole"],
    actions: ["s3:GetObject", "s3:PutObject"],
    stories: ["families"],
    reason: "what AWS publishes nowhere is harvested, and put into what is assembled",
  },
  {
    roles: build,
    actions: ["s3:GetObject"],
    resource: "ArtifactsBucket/harvest/*/manifest.json",
    stories: ["families"],
    reason: "a harvest looks whether it has come to its end",
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
    reason: "images are revoked, taken back and retired",
  },
  {
    roles: api,
    actions: ["ssm:AddTagsToResource", "ssm:PutParameter"],
    stories: ["main"],
    reason: "somebody asks for a rebuild",
  },
  { roles: api, actions: ["sqs:SendMessage"], stories: ["main", "safety"], reason: "somebody decides something" },
  {
    roles: api,
    actions: [
      "ec2:CreateTags",
      "ec2:DeleteTags",
      "ec2:DescribeImageAttribute",
      "ec2:DescribeImageReferences",
      "ec2:DescribeInstances",
      "ec2:DescribeLaunchTemplateVersions",
    ],
    stories: ["safety"],
    reason: "somebody decides about an image",
  },
  {
    roles: api,
    actions: [
      "codebuild:BatchGetBuilds",
      "codebuild:ListBuildsForProject",
      "ec2:DescribeImages",
      "s3:ListBucket",
      "ssm:GetParameters",
    ],
    stories: ["safety", "families"],
    reason: "somebody asks for the status",
  },
  {
    roles: api,
    actions: ["any"],
    resource: "parameter/eks-windows-images/rehearsal/channels",
    stories: ["safety", "families"],
    reason: "somebody asks for the status; a rebuild reads nothing but the requests",
  },
];

export const unrecorded: readonly Unrecorded[] = [...neverRecorded, ...inSomeStories];
