import { accountId, partition, policyDocument } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { buildLogs } from "./logs.ts";
import { namedInAccount } from "./names.ts";
import { packerLooks, packerPermissions } from "./packer-permissions.ts";
import { lookingAt } from "./unscoped.ts";
import { volumeKeyPermissions } from "./volume-key.ts";
import { vpcLooks, vpcPermissions } from "./vpc-permissions.ts";

const codeBuild = [
  { actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: [$interpolate`${artifacts.arn}/source/*`] },
  { actions: ["s3:GetBucketLocation"], resources: [artifacts.arn] },
  // HeadObject before a later proof: is there a report?
  { actions: ["s3:GetObject", "s3:PutObject"], resources: [$interpolate`${artifacts.arn}/reports/*`] },
  // After a harvest: has it come to its end, and is it what was ordered?
  { actions: ["s3:GetObject"], resources: [$interpolate`${artifacts.arn}/harvest/*/manifest.json`] },
  { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [$interpolate`${buildLogs.arn}:*`] },
];

export const buildRole = new aws.iam.Role("BuildRole", {
  name: namedInAccount("build"),
  assumeRolePolicy: policyDocument([
    {
      actions: ["sts:AssumeRole"],
      principals: [{ type: "Service", identifiers: ["codebuild.amazonaws.com"] }],
      conditions: [{ test: "StringEquals", variable: "aws:SourceAccount", values: [accountId] }],
    },
  ]),
  inlinePolicies: [
    { name: "looks", policy: policyDocument([lookingAt([...packerLooks, ...vpcLooks])]) },
    { name: "packer", policy: policyDocument(partition.apply((one) => $output(packerPermissions(one)))) },
    { name: "codebuild", policy: policyDocument([...codeBuild, ...vpcPermissions]) },
    ...(volumeKeyPermissions.length > 0 ? [{ name: "volumes", policy: policyDocument(volumeKeyPermissions) }] : []),
  ],
});
