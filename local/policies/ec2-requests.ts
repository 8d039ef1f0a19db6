import { z } from "zod";
import type { Place } from "../deploy/look-ups.ts";
import { ec2Arn, ec2TypeOf } from "./arns.ts";
import type { Request } from "./verdict.ts";

/** Tags by resource ID, as they were at the time of the call. */
export type Tags = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Ec2Call {
  operation: string;
  parameters: Record<string, unknown>;
  tags: Tags;
  /** ARNs of the profiles of existing instances, by instance ID. */
  profiles?: Readonly<Record<string, string>> | undefined;
}

export const TagList = z.array(z.object({ Key: z.string(), Value: z.string().default("") })).default([]);
const TagSpecifications = z.array(z.object({ ResourceType: z.string(), Tags: TagList })).default([]);

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

function creating(
  operation: string,
  { makes, of }: { makes: string[]; of: string[] },
  parameters: Record<string, unknown>,
  tags: Tags,
  place: Place,
): Request[] {
  const action = `ec2:${operation}`;
  const specifications = TagSpecifications.parse(parameters.TagSpecifications);
  // The ARN of a key pair contains its name, which is known before it exists.
  const made = (type: string) => (type === "key-pair" ? String(parameters.KeyName ?? "*") : "*");
  const given = (type: string) => specifications.find(({ ResourceType }) => ResourceType === type)?.Tags ?? [];
  const template = operation === "RunInstances" ? templateIn(parameters) : undefined;
  const from: Request["context"] = template
    ? { "ec2:launchtemplate": [ec2Arn(place, "launch-template", template)] }
    : {};
  const used = [
    ...of.flatMap((name) => idsIn(parameters[name], name)),
    ...(operation === "RunInstances" ? runsIn(parameters) : []),
    ...(template ? [template] : []),
  ];
  return [
    ...makes.map((type) => ({
      action,
      resource: ec2Arn(place, type, made(type)),
      context: { ...from, ...requestTags(given(type)), ...(type === "instance" && newInstance(parameters, place)) },
    })),
    ...used.map((id) => {
      const request = on(action, id, tags, place);
      return { ...request, context: { ...from, ...request.context } };
    }),
    ...specifications
      .filter(({ Tags }) => Tags.length > 0)
      .map(({ ResourceType, Tags }) => ({
        action: "ec2:CreateTags",
        resource: ec2Arn(place, ResourceType, "*"),
        context: { ...requestTags(Tags), "ec2:createaction": [operation] },
      })),
  ];
}

const Interfaces = z
  .array(z.object({ SubnetId: z.string().optional(), Groups: z.array(z.string()).default([]) }))
  .default([]);

/** The subnet, security groups and key pair of a new instance, in whichever parameter the call names them. */
function runsIn(parameters: Record<string, unknown>): string[] {
  const interfaces = Interfaces.parse(parameters.NetworkInterfaces);
  return [
    ...idsIn(parameters.SubnetId, "SubnetId"),
    ...idsIn(parameters.SecurityGroupIds, "SecurityGroupIds"),
    ...interfaces.flatMap(({ SubnetId, Groups }) => [...(SubnetId ? [SubnetId] : []), ...Groups]),
    ...idsIn(parameters.KeyName, "KeyName"),
  ];
}

/** The ID of the launch template of a new instance. */
function templateIn({ LaunchTemplate }: Record<string, unknown>): string | undefined {
  return z.object({ LaunchTemplateId: z.string() }).optional().parse(LaunchTemplate)?.LaunchTemplateId;
}

const Profile = z.object({ Name: z.string().optional(), Arn: z.string().optional() }).default({});

/** The context of a request for a new instance, in addition to its tags. */
function newInstance(parameters: Record<string, unknown>, { partition, accountId }: Place): Request["context"] {
  const { Name, Arn = Name && `arn:${partition}:iam::${accountId}:instance-profile/${Name}` } = Profile.parse(
    parameters.IamInstanceProfile,
  );
  return {
    ...(typeof parameters.InstanceType === "string" && { "ec2:instancetype": [parameters.InstanceType] }),
    ...(Arn && { "ec2:instanceprofile": [Arn] }),
  };
}

/** Calls refer to key pairs by name and to all other resources by ID. */
function idsIn(value: unknown, parameter: string): string[] {
  const ids = z
    .union([z.string(), z.array(z.string())])
    .optional()
    .parse(value);
  const list = ids === undefined ? [] : [ids].flat();
  return parameter === "KeyName" ? list.map((name) => `key-pair/${name}`) : list;
}

function withProfile(request: Request, profile: string | undefined): Request {
  return profile ? { ...request, context: { ...request.context, "ec2:instanceprofile": [profile] } } : request;
}

function on(action: string, id: string, tags: Tags, place: Place): Request {
  const [, keyName] = /^key-pair\/(.+)$/.exec(id) ?? [];
  const resource = keyName ? ec2Arn(place, "key-pair", keyName) : ec2Arn(place, ec2TypeOf(id), id);
  const current = tags[keyName ?? id] ?? {};
  const context = Object.fromEntries(
    Object.entries(current).flatMap(([key, value]) => [
      [`aws:resourcetag/${key.toLowerCase()}`, [value]],
      [`ec2:resourcetag/${key.toLowerCase()}`, [value]],
    ]),
  );
  return { action, resource, context };
}

/** The context of a request that sets tags. */
export function requestTags(given: z.infer<typeof TagList>): Request["context"] {
  if (given.length === 0) return {};
  return {
    ...Object.fromEntries(given.map(({ Key, Value }) => [`aws:requesttag/${Key.toLowerCase()}`, [Value]])),
    "aws:tagkeys": given.map(({ Key }) => Key),
  };
}
