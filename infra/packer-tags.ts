import type { Statement } from "./account.ts";
import { bearsNoOther, bearsOurTag, givesNoOther, givesOurTag } from "./names.ts";
import {
  hasOurProfile,
  images,
  instances,
  keyPairsAndGroups,
  networkInterfaces,
  tagsImagesLater,
  tagsMachinesLater,
  volumes,
} from "./packer-resources.ts";

/** Set while EC2 asks whether a call that creates something may tag it too; absent from CreateTags called by itself. */
const inCreation = {
  test: "StringEquals",
  variable: "ec2:CreateAction",
  values: ["RunInstances", "CreateKeyPair", "CreateSecurityGroup", "CreateImage"],
};

/** What bears our tag may be used and removed, so the tag must not be given to what is somebody else's. */
export function taggingPermissions(partition: string): Statement[] {
  return [
    {
      sid: "TagWhatItMakes",
      actions: ["ec2:CreateTags"],
      resources: [...images, instances, ...keyPairsAndGroups, volumes, networkInterfaces],
      conditions: [givesOurTag, inCreation],
    },
    {
      // The inputs, by Packer once the image is there; the summary of its report and the proof, by the buildspec.
      sid: "TagItsImagesFurther",
      actions: ["ec2:CreateTags"],
      resources: images,
      conditions: [bearsOurTag, givesNoOther],
    },
    ...(tagsImagesLater(partition) ? [taggingImagesLater] : []),
    ...(tagsMachinesLater(partition) ? taggingMachinesLater : []),
  ];
}

/** Nothing tells a new image from one of somebody else's that bears no stage's tag. */
const taggingImagesLater: Statement = {
  sid: "TagImagesLater",
  actions: ["ec2:CreateTags"],
  resources: images,
  conditions: [givesOurTag, bearsNoOther],
};

/** Nothing tells whose a volume is either: there the role may delete none (infra/packer-permissions.ts). */
const taggingMachinesLater: Statement[] = [
  {
    sid: "TagInstancesLater",
    actions: ["ec2:CreateTags"],
    resources: [instances],
    conditions: [givesOurTag, bearsNoOther, hasOurProfile],
  },
  {
    sid: "TagTheirVolumesLater",
    actions: ["ec2:CreateTags"],
    resources: [volumes, networkInterfaces],
    conditions: [givesOurTag, bearsNoOther],
  },
];
