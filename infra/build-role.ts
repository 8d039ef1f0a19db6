import { accountId, partition, policyDocument } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { buildLogs } from "./logs.ts";
import { namedInAccount } from "./names.ts";
import { packerPermissions, packerReads } from "./packer-permissions.ts";
import { provingRoles } from "./place-roles.ts";
import { pathsOf, placePathsOf } from "./records.ts";
import { unscopedStatement } from "./unscoped.ts";
import { volumeKeyPermissions } from "./volume-key.ts";
import { vpcPermissions, vpcReads } from "./vpc-permissions.ts";

const ofPlaces = provingRoles.length > 0 ? placePathsOf("build") : [];

const codeBuild = [
  { actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: [$interpolate`${artifacts.arn}/source/*`] },
  // A build that only proves an image checks with HeadObject whether there is a report.
  { actions: ["s3:GetObject"], resources: [$interpolate`${artifacts.arn}/reports/*`] },
  // After a harvest, the build checks that it is complete and that it is the one ordered.
  { actions: ["s3:GetObject"], resources: [$interpolate`${artifacts.arn}/harvest/*/manifest.json`] },
  { actions: ["s3:GetBucketLocation"], resources: [artifacts.arn] },
  {
    // A build that only proves an image checks whether a record says that it was made here.
    actions: ["s3:ListBucket"],
    resources: [artifacts.arn],
    conditions: [{ test: "StringLike", variable: "s3:prefix", values: ["records/proofs/*", "records/adoptions/*"] }],
  },
  {
    actions: ["s3:PutObject"],
    resources: [...pathsOf("build"), ...ofPlaces].map((path) => $interpolate`${artifacts.arn}/${path}`),
  },
  { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [$interpolate`${buildLogs.arn}:*`] },
  ...(provingRoles.length > 0 ? [{ actions: ["sts:AssumeRole"], resources: provingRoles }] : []),
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
    { name: "looks", policy: policyDocument([unscopedStatement([...packerReads, ...vpcReads])]) },
    { name: "packer", policy: policyDocument(partition.apply((one) => $output(packerPermissions(one)))) },
    { name: "codebuild", policy: policyDocument([...codeBuild, ...vpcPermissions]) },
    ...(volumeKeyPermissions.length > 0 ? [{ name: "volumes", policy: policyDocument(volumeKeyPermissions) }] : []),
  ],
});
