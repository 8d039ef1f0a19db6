import { arnOf, imageArn } from "./account.ts";
import { policies } from "./configuration.ts";
import { guestProfile, harvestProfile } from "./guest.ts";

/** The plugin names its temporary key pairs `packer_<UUID>`. The ARN of a key pair ends in its name. */
export const keyPairs = arnOf("ec2", "key-pair/packer_*");
export const groups = arnOf("ec2", "security-group/*");
/**
 * In the user's VPC, a build uses the deployed subnet and group. Otherwise it finds a subnet and creates a group
 * itself.
 */
export const findsItsPlace = policies.network.kind === "public";
export const keyPairsAndGroups = findsItsPlace ? [keyPairs, groups] : [keyPairs];
/** EC2 may ask for the permission to tag a new key pair before it has a name. */
export const newKeyPairsAndGroups = [arnOf("ec2", "key-pair/*"), ...(findsItsPlace ? [groups] : [])];
export const instances = arnOf("ec2", "instance/*");
export const images = [imageArn("image"), imageArn("snapshot")];
export const volumes = arnOf("ec2", "volume/*");
export const networkInterfaces = arnOf("ec2", "network-interface/*");

/**
 * Each build instance starts with one of the two profiles. EC2 evaluates this key for new instances and for instances
 * that are tagged (Service Authorization Reference). AssociateIamInstanceProfile replaces a profile, so the sweep asks
 * when the instance was made, too.
 */
export const hasOurProfile = {
  test: "ArnEquals",
  variable: "ec2:InstanceProfile",
  values: [guestProfile.arn, harvestProfile.arn],
};

/**
 * In GovCloud and in China, the plugin (1.8.2) tags an image with a separate call, after it has set the image's
 * description.
 */
export function tagsImagesLater(partition: string): boolean {
  return partition === "aws-us-gov" || partition === "aws-cn";
}

/**
 * In China, the plugin (1.8.2) tags an instance, its volumes and its network interfaces once the instance runs, and it
 * never tags key pairs and groups. A condition that requires tags at creation would make every build fail there. An
 * instance that never ran stays untagged, so the plugin cannot terminate it.
 */
export function tagsMachinesLater(partition: string): boolean {
  return partition === "aws-cn";
}
