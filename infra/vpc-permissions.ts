import { arnOf, type Statement } from "./account.ts";
import { policies } from "./configuration.ts";
import { securityGroups } from "./network.ts";
import type { UnscopedAction } from "./unscoped.ts";

const { network } = policies;
const subnets = network.kind === "vpc" ? network.subnetIds.map((subnet) => arnOf("ec2", `subnet/${subnet}`)) : [];
const networkInterfaces = arnOf("ec2", "network-interface/*");
const inOurSubnets = { test: "ArnEquals", variable: "ec2:Subnet", values: subnets };

/** Read-only calls that CodeBuild makes to connect to the user's VPC. */
export const vpcReads: UnscopedAction[] =
  network.kind === "vpc"
    ? [
        "ec2:DescribeDhcpOptions",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
      ]
    : [];

/**
 * CodeBuild's network interfaces in the user's VPC, limited to the deployed subnets and group. With `vpcReads`, these
 * are the actions of AWS's page "Allow CodeBuild access to AWS services required to create a VPC network interface",
 * which allows all but the last on `*`; the resources and keys are from the Service Authorization Reference. For
 * CodeBuild fleets, these limits are known to be too narrow (aws/aws-cdk#34572).
 */
export const vpcPermissions: Statement[] = securityGroups
  ? [
      {
        sid: "MakeInterfaces",
        actions: ["ec2:CreateNetworkInterface"],
        resources: [
          networkInterfaces,
          ...subnets,
          arnOf("ec2", $interpolate`security-group/${securityGroups.codeBuild.id}`),
        ],
      },
      {
        sid: "RemoveInterfaces",
        actions: ["ec2:DeleteNetworkInterface"],
        resources: [networkInterfaces],
        conditions: [inOurSubnets],
      },
      {
        sid: "LendInterfacesToCodeBuild",
        actions: ["ec2:CreateNetworkInterfacePermission"],
        resources: [networkInterfaces],
        conditions: [
          { test: "StringEquals", variable: "ec2:AuthorizedService", values: ["codebuild.amazonaws.com"] },
          inOurSubnets,
        ],
      },
    ]
  : [];
