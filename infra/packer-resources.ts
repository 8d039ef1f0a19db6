import { arnOf, imageArn } from "./account.ts";
import { policies } from "./configuration.ts";
import { guestProfile, harvestProfile } from "./guest.ts";

/** The plugin calls its temporary key pairs `packer_<UUID>`; a key pair's ARN ends in its name. */
export const keyPairs = arnOf("ec2", "key-pair/packer_*");
export const groups = arnOf("ec2", "security-group/*");
/** In a VPC of the user's a build takes the group that was deployed; elsewhere it looks for a subnet and makes a group for itself. */
export const findsItsPlace = policies.network.kind === "public";
export const keyPairsAndGroups = findsItsPlace ? [keyPairs, groups] : [keyPairs];
export const instances = arnOf("ec2", "instance/*");
export const images = [imageArn("image"), imageArn("snapshot")];
export const volumes = arnOf("ec2", "volume/*");
export const networkInterfaces = arnOf("ec2", "network-interface/*");

/** Every instance of ours has one of the two. EC2 knows it of new instances and of those that are tagged (Service Authorization Reference). */
export const hasOurProfile = {
  test: "ArnEquals",
  variable: "ec2:InstanceProfile",
  values: [guestProfile.arn, harvestProfile.arn],
};

/** In GovCloud and in China the plugin (1.8.2) tags an image by a call of its own, after it has described it. */
export function tagsImagesLater(partition: string): boolean {
  return partition === "aws-us-gov" || partition === "aws-cn";
}

/**
 * In China the plugin (1.8.2) tags an instance, its volumes and network interfaces after it runs, key pairs and groups never: with a
 * condition on tags from the beginning no build would work there. An instance that never ran stays untagged and is not terminated.
 */
export function tagsMachinesLater(partition: string): boolean {
  return partition === "aws-cn";
}
