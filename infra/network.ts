import { policies } from "./configuration.ts";
import { named, stageTag } from "./names.ts";

const { network } = policies;

/** WinRM over HTTPS. */
const winrm = 5986;

/**
 * Security groups in the user's VPC. A public build creates its own group instead, open to CodeBuild's address only.
 */
export const securityGroups = network.kind === "vpc" ? createSecurityGroups(network.vpcId) : undefined;

/** The VPC in which CodeBuild runs. Without a VPC it has public addresses. */
export const codeBuildVpc = network.kind === "vpc" &&
  securityGroups && {
    vpcId: network.vpcId,
    subnets: network.subnetIds,
    securityGroupIds: [securityGroups.codeBuild.id],
  };

/** The subnets of build instances, from which each order chooses one; empty for any subnet of the default VPC. */
export const instanceSubnets = network.kind === "vpc" ? network.subnetIds : [network.subnetId ?? []].flat();

/** How Packer reaches the build instance, in Packer's names. */
export const instanceNetwork =
  network.kind === "vpc" && securityGroups
    ? {
        security_group_ids: [securityGroups.instance.id],
        ssh_interface: "private_ip",
        associate_public_ip_address: false,
      }
    : {
        security_group_ids: [],
        ssh_interface: "public_ip",
        associate_public_ip_address: true,
      };

/** The URL that tells a public build its own address. Empty in a VPC, where the build does not need it. */
export const addressUrl = network.kind === "public" ? network.addressUrl : "";

function createSecurityGroups(vpcId: string) {
  const out = [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }];
  const codeBuild = new aws.ec2.SecurityGroup("CodeBuildSecurityGroup", {
    name: named("codebuild"),
    description: "CodeBuild: outgoing connections only",
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
