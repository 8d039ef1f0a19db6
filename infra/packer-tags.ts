import { tagPrefix } from "../functions/domain/inputs.ts";
import type { Statement } from "./account.ts";
import { hasNoOther, hasOurTag, setsNoOther, setsOurTag } from "./names.ts";
import {
  hasOurProfile,
  images,
  instances,
  networkInterfaces,
  newKeyPairsAndGroups,
  tagsImagesLater,
  tagsMachinesLater,
  volumes,
} from "./packer-resources.ts";

/** EC2 sets this key when a call that creates a resource also tags it. It is absent from a separate CreateTags call. */
const atCreation = {
  test: "StringEquals",
  variable: "ec2:CreateAction",
  values: ["RunInstances", "CreateKeyPair", "CreateSecurityGroup", "CreateImage"],
};

/**
 * The only tags that a build sets on images: name, identity, inputs, summary of the report, proof. It records no
 * approval, publication or revocation.
 */
const buildTags = [
  "Name",
  ...["stage", "variant", "token", "reasons", "input:*", "os-build", "kubelet", "containerd", "proof", "proved-at"].map(
    (name) => `${tagPrefix}${name}`,
  ),
];

/**
 * The role can use and remove resources with the stage's tag, so it must not be able to set the tag on resources of
 * others.
 */
export function taggingPermissions(partition: string): Statement[] {
  return [
    {
      sid: "TagWhatItMakes",
      actions: ["ec2:CreateTags"],
      resources: [...images, instances, ...newKeyPairsAndGroups, volumes, networkInterfaces],
      conditions: [setsOurTag, atCreation],
    },
    {
      // Packer adds the inputs once the image exists. The buildspec adds the summary of the report and the proof.
      sid: "TagItsImagesFurther",
      actions: ["ec2:CreateTags"],
      resources: images,
      conditions: [hasOurTag, setsNoOther],
    },
    {
      // A statement of its own has the list once. IAM limits the characters of a role's policies.
      sid: "TagImagesWithItsKeysOnly",
      effect: "Deny",
      actions: ["ec2:CreateTags"],
      resources: images,
      conditions: [{ test: "ForAnyValue:StringNotLike", variable: "aws:TagKeys", values: buildTags }],
    },
    ...(tagsImagesLater(partition) ? [taggingImagesLater] : []),
    ...(tagsMachinesLater(partition) ? taggingMachinesLater : []),
  ];
}

/** Nothing distinguishes a new image from another owner's image without a stage tag. */
const taggingImagesLater: Statement = {
  sid: "TagImagesLater",
  actions: ["ec2:CreateTags"],
  resources: images,
  conditions: [setsOurTag, hasNoOther],
};

/**
 * Nothing identifies the owner of an untagged volume, so in China the role cannot delete any
 * (infra/packer-permissions.ts).
 */
const taggingMachinesLater: Statement[] = [
  {
    sid: "TagInstancesLater",
    actions: ["ec2:CreateTags"],
    resources: [instances],
    conditions: [setsOurTag, hasNoOther, hasOurProfile],
  },
  {
    sid: "TagTheirVolumesLater",
    actions: ["ec2:CreateTags"],
    resources: [volumes, networkInterfaces],
    conditions: [setsOurTag, hasNoOther],
  },
];
