import { arnOf, partition, region } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { project } from "./builds.ts";
import { channelsPrefix, requestsPrefix } from "./names.ts";

/** What looking at the world takes; both functions do it. */
export const observing: sst.aws.FunctionPermissionArgs[] = [
  {
    // Public parameters belong to no account, so their ARN names none.
    actions: ["ssm:GetParameter", "ssm:GetParameters"],
    resources: [$interpolate`arn:${partition}:ssm:${region}::parameter/aws/service/ami-windows-latest/*`],
  },
  {
    actions: ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
    resources: [channelsPrefix, requestsPrefix].flatMap((prefix) => [
      arnOf("ssm", `parameter${prefix}`),
      arnOf("ssm", `parameter${prefix}/*`),
    ]),
  },
  {
    actions: ["codebuild:BatchGetBuilds", "codebuild:ListBuildsForProject"],
    resources: [project.arn],
  },
  {
    actions: ["s3:ListBucket"],
    resources: [artifacts.arn],
    conditions: [{ test: "StringLike", variable: "s3:prefix", values: ["announced/*"] }],
  },
  {
    // AWS scopes neither of the two to a resource.
    actions: ["ec2:DescribeImages", "eks:DescribeClusterVersions"],
    resources: ["*"],
  },
];
