import { policies } from "./configuration.ts";
import { named, stageTag } from "./names.ts";

const { network } = policies;

/** WinRM over HTTPS. */
const winrm = 5986;

/** Security groups of ours in the user's VPC, or none: a public build opens its own group, to CodeBuild's address only. */
export const securityGroups = network.kind === "vpc" ? createSecurityGroups(network.vpcId) : undefined;

/** Where CodeBuild itself runs; outside a VPC it has public addresses. */
export const codeBuildVpc = network.kind === "vpc" &&
  securityGroups && {
    vpcId: network.vpcId,
    subnets: network.subnetIds,
    securityGroupIds: [securityGroups.codeBuild.id],
  };

/** How Packer reaches the build instance; its names are Packer's. */
export const instanceNetwork =
  network.kind === "vpc" && securityGroups
    ? {
        subnet_id: network.subnetIds[0],
        security_group_ids: [securityGroups.instance.id],
        ssh_interface: "private_ip",
        associate_public_ip_address: false,
      }
    : {
        subnet_id: (network.kind === "public" && network.subnetId) || "",
        security_group_ids: [],
        ssh_interface: "public_ip",
        associate_public_ip_address: true,
      };

/** Where a public build asks for its own address; empty where it needs none. */
export const addressUrl = network.kind === "public" ? network.addressUrl : "";

function createSecurityGroups(vpcId: string) {
  const out = [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }];
  const codeBuild = new aws.ec2.SecurityGroup("CodeBuildSecurityGroup", {
    name: named("codebuild"),
    description: "CodeBuild: calls out, is never called",
    vpcId,
    egress: out,
  });
  const instance = new aws.ec2.SecurityGroup("InstanceSecurityGroup", {
    name: named("instance"),
    description: "Build instances: WinRM from CodeBuild only",
    vpcId,
    ingress: [{ protocol: "tcp", fromPort: winrm, toPort: winrm, securityGroups: [codeBuild.id] }],
    egress: out,
    tags: { [stageTag]: $app.stage },
  });
  return { codeBuild, instance };
}
