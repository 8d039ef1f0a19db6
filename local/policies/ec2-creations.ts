import { z } from "zod";
import type { Place } from "../deploy/look-ups.ts";
import { ec2Arn } from "./arns.ts";
import { idsIn, on, requestTags, TagList, type Tags } from "./ec2-resources.ts";
import type { Request } from "./verdict.ts";

const TagSpecifications = z.array(z.object({ ResourceType: z.string(), Tags: TagList })).default([]);

/** The requests of a call that makes resources, and of the tags that it gives them. */
export function creating(
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
