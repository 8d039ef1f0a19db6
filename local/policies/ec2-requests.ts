import type { Place } from "../deploy/look-ups.ts";
import { creating } from "./ec2-creations.ts";
import { idsIn, on, requestTags, TagList, type Tags } from "./ec2-resources.ts";
import { copying, permitting } from "./sharing-requests.ts";
import type { Request } from "./verdict.ts";

export interface Ec2Call {
  operation: string;
  parameters: Record<string, unknown>;
  tags: Tags;
  /** ARNs of the profiles of existing instances, by instance ID. */
  profiles?: Readonly<Record<string, string>> | undefined;
}

/**
 * The parameter with the resources that an operation works on, for the operations that the service uses (Service
 * Authorization Reference).
 */
const targets: Record<string, string> = {
  AuthorizeSecurityGroupIngress: "GroupId",
  CreateImage: "InstanceId",
  CreateLaunchTemplateVersion: "LaunchTemplateId",
  DeleteKeyPair: "KeyName",
  DeleteLaunchTemplateVersions: "LaunchTemplateId",
  DeleteSecurityGroup: "GroupId",
  DeleteSnapshot: "SnapshotId",
  DeleteVolume: "VolumeId",
  DeregisterImage: "ImageId",
  DescribeImageAttribute: "ImageId",
  DisableFastLaunch: "ImageId",
  DisableImage: "ImageId",
  DisableImageDeprecation: "ImageId",
  EnableFastLaunch: "ImageId",
  EnableImage: "ImageId",
  EnableImageDeprecation: "ImageId",
  GetConsoleOutput: "InstanceId",
  GetPasswordData: "InstanceId",
  ModifyImageAttribute: "ImageId",
  StopInstances: "InstanceIds",
  TerminateInstances: "InstanceIds",
};

/** The types of resource that an operation creates, and the parameters with the existing resources that it uses. */
const creations: Record<string, { makes: string[]; of: string[] }> = {
  CreateImage: { makes: ["image", "snapshot"], of: [] },
  CreateKeyPair: { makes: ["key-pair"], of: [] },
  CreateSecurityGroup: { makes: ["security-group"], of: ["VpcId"] },
  RunInstances: { makes: ["instance", "network-interface", "volume"], of: ["ImageId"] },
};

/**
 * The requests of a call to EC2. An operation on several resources is one request per resource, each with its own tags.
 * @throws Error for an unknown operation
 */
export function ec2Requests({ operation, parameters, tags, profiles = {} }: Ec2Call, place: Place): Request[] {
  const action = `ec2:${operation}`;
  if (/^Describe/.test(operation) && !targets[operation]) return [{ action, resource: "*", context: {} }];
  if (operation === "CopyImage") return copying(parameters, tags, place);
  if (operation === "ModifySnapshotAttribute") return [permitting(parameters, tags, place)];
  if (operation === "CreateTags" || operation === "DeleteTags") return taggings(action, parameters, tags, place);
  const creation = creations[operation];
  const target = targets[operation];
  if (!creation && !target) throw new Error(`judging a call: ec2:${operation} is unknown`);
  const worksOn = target ? idsIn(parameters[target], target) : [];
  return [
    ...worksOn.map((id) => withProfile(on(action, id, tags, place), profiles[id])),
    ...(operation === "DeregisterImage" && String(parameters.DeleteAssociatedSnapshots) === "true"
      ? deletingSnapshots(tags, place)
      : []),
    ...(creation ? creating(operation, creation, parameters, tags, place) : []),
  ];
}

function taggings(action: string, parameters: Record<string, unknown>, tags: Tags, place: Place): Request[] {
  const given = TagList.parse(parameters.Tags);
  return idsIn(parameters.Resources, "Resources").map((id) => {
    const { resource, context } = on(action, id, tags, place);
    return { action, resource, context: { ...context, ...requestTags(given) } };
  });
}

/** The call names only the image. Its snapshots are those whose tags were recorded with the call. */
function deletingSnapshots(tags: Tags, place: Place): Request[] {
  const snapshots = Object.keys(tags).filter((id) => id.startsWith("snap-"));
  return snapshots.map((id) => on("ec2:DeleteSnapshot", id, tags, place));
}

function withProfile(request: Request, profile: string | undefined): Request {
  return profile ? { ...request, context: { ...request.context, "ec2:instanceprofile": [profile] } } : request;
}
