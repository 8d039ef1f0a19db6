import { createHash } from "node:crypto";
import type { Place } from "./look-ups.ts";

/** A node group or an Auto Scaling group as data sources show it. */
export interface LookedUpGroup {
  /** ID of its launch template; undefined if it has none. */
  template: string | undefined;
  /** Whether the template is in a mixed-instances policy. */
  isMixed?: boolean;
  /** Name of the instance profile that the template names, and of its role; undefined if it names none. */
  profile?: string | undefined;
}

/** Groups by name. One that is not listed has a launch template and a profile that {@link usualGroup} makes up. */
export type Groups = Readonly<Record<string, LookedUpGroup>>;

/** A launch template and a profile that follow from the group's name, and are the same each time. */
export function usualGroup(name: string): LookedUpGroup {
  const template = `lt-${createHash("sha256").update(name).digest("hex").slice(0, 17)}`;
  return { template, profile: profileOf(template) };
}

/** Answers a data source about groups, their launch templates and profiles; undefined for every other one. */
export function lookUpGroup(
  token: string,
  inputs: Record<string, unknown>,
  { partition, accountId }: Place,
  groups: Groups = {},
): Record<string, unknown> | undefined {
  const named = (name: unknown) => groups[String(name)] ?? usualGroup(String(name));
  switch (token) {
    case "aws:eks/getNodeGroup:getNodeGroup": {
      const { template } = named(inputs.nodeGroupName);
      return { ...inputs, launchTemplates: template ? [{ id: template, name: template, version: "1" }] : [] };
    }
    case "aws:autoscaling/getGroup:getGroup": {
      const { template, isMixed } = named(inputs.name);
      const specification = { launchTemplateId: template, launchTemplateName: template, version: "1" };
      return {
        ...inputs,
        launchTemplates: template && !isMixed ? [{ id: template, name: template, version: "1" }] : [],
        mixedInstancesPolicies: isMixed
          ? [{ launchTemplates: [{ launchTemplateSpecifications: [specification], overrides: [] }] }]
          : [],
      };
    }
    case "aws:ec2/getLaunchTemplate:getLaunchTemplate": {
      const id = String(inputs.id);
      const known = Object.values(groups).find(({ template }) => template === id);
      const name = known ? known.profile : profileOf(id);
      return { ...inputs, iamInstanceProfiles: name ? [{ arn: "", name }] : [] };
    }
    case "aws:iam/getInstanceProfile:getInstanceProfile":
      return { ...inputs, roleArn: `arn:${partition}:iam::${accountId}:role/${inputs.name}` };
    default:
      return undefined;
  }
}

function profileOf(template: string): string {
  return `nodes-of-${template}`;
}
