import { accountId, type Statement } from "./account.ts";
import { channelsPrefix, hasOurTag, setsOurTag } from "./names.ts";
import { anywhere, imagesAnywhere } from "./place-arns.ts";
import { readingThroughEc2, unscopedStatement } from "./unscoped.ts";

/** What the service reads in a place. */
export const lookingThere: Statement[] = [
  {
    sid: "LookAtPlaces",
    ...unscopedStatement([
      "ec2:DescribeImages",
      "ec2:DescribeImageReferences",
      "ec2:DescribeInstances",
      "ec2:DescribeLaunchTemplateVersions",
    ]),
  },
  { sid: "LetEc2FindReferences", ...readingThroughEc2 },
  {
    sid: "SeeWhomCopiesAreSharedWith",
    actions: ["ec2:DescribeImageAttribute"],
    resources: [imagesAnywhere("image")],
    conditions: [hasOurTag],
  },
  {
    sid: "ReadChannels",
    actions: ["ssm:GetParametersByPath"],
    resources: [anywhere("ssm", `parameter${channelsPrefix}`)],
  },
];

/** The first write of a parameter also writes its tags. */
export const publishingThere: Statement = {
  sid: "WriteChannels",
  actions: ["ssm:PutParameter", "ssm:AddTagsToResource"],
  resources: [anywhere("ssm", `parameter${channelsPrefix}/*`)],
};

/**
 * Copies of images of this account only. IAM asks for the source, too, which has an owner, and for the copy, which need
 * not have one yet (EC2 user guide, "Grant permissions to copy Amazon EC2 AMIs"; Service Authorization Reference).
 */
export const copyingThere: Statement[] = [
  {
    sid: "CopyOwnImages",
    actions: ["ec2:CopyImage"],
    resources: [imagesAnywhere("image"), imagesAnywhere("snapshot")],
    conditions: [{ test: "StringEqualsIfExists", variable: "ec2:Owner", values: [accountId] }],
  },
  {
    sid: "TagCopies",
    actions: ["ec2:CreateTags"],
    resources: [imagesAnywhere("image"), imagesAnywhere("snapshot")],
    conditions: [setsOurTag, { test: "StringEquals", variable: "ec2:CreateAction", values: ["CopyImage"] }],
  },
  {
    sid: "RetireCopies",
    actions: ["ec2:DeregisterImage", "ec2:DisableImage", "ec2:EnableImage"],
    resources: [imagesAnywhere("image")],
    conditions: [hasOurTag],
  },
  {
    sid: "DeleteTheirSnapshots",
    actions: ["ec2:DeleteSnapshot"],
    resources: [imagesAnywhere("snapshot")],
    conditions: [hasOurTag],
  },
];
