import { accountId, arnOf, policyDocument } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { policies } from "./configuration.ts";
import { buildLogs } from "./logs.ts";
import { namedInAccount } from "./names.ts";
import { packerPermissions } from "./packer-permissions.ts";

const codeBuild = [
  { actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: [$interpolate`${artifacts.arn}/source/*`] },
  { actions: ["s3:GetBucketLocation"], resources: [artifacts.arn] },
  // HeadObject before a later proof: is there a report?
  { actions: ["s3:GetObject", "s3:PutObject"], resources: [$interpolate`${artifacts.arn}/reports/*`] },
  // After a harvest: has it come to its end, and is it what was ordered?
  { actions: ["s3:GetObject"], resources: [$interpolate`${artifacts.arn}/harvest/*/manifest.json`] },
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
              values: network.subnetIds.map((subnet) => arnOf("ec2", `subnet/${subnet}`)),
            },
          ],
        },
      ]
    : [];

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
    { name: "packer", policy: policyDocument(packerPermissions) },
    { name: "codebuild", policy: policyDocument([...codeBuild, ...vpc]) },
  ],
});
