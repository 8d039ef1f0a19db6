import { createHash } from "node:crypto";
import type { Place } from "./look-ups.ts";

/** A node group or an Auto Scaling group as a deployment finds it. */
export interface LookedUpGroup {
  /** ID of its launch template; undefined if it has none. */
  template: string | undefined;
  /** Whether the template is in a mixed-instances policy. */
  isMixed?: boolean;
  /** How it names the version of its template; `1` if this is not given. */
  version?: string;
  /**
   * The instance profile, by name or ARN, that each version of the template names, from version 1, which is the default
   * one; none if this is not given. The profile's role has the profile's name.
   */
  profiles?: readonly (string | undefined)[];
}

/** Groups by name. One that is not listed has a launch template and a profile that {@link usualGroup} makes up. */
export type Groups = Readonly<Record<string, LookedUpGroup>>;

/** A launch template and a profile that follow from the group's name, and are the same each time. */
export function usualGroup(name: string): LookedUpGroup {
  const template = `lt-${createHash("sha256").update(name).digest("hex").slice(0, 17)}`;
  return { template, profiles: [profileOf(template)] };
}

/** The instance profile of {@link usualGroup}, and its role. */
export function usualProfile(name: string): string {
  return String(usualGroup(name).profiles?.[0]);
}

/** Answers a data source about groups and instance profiles; undefined for every other one. */
export function lookUpGroup(
  token: string,
  inputs: Record<string, unknown>,
  { partition, accountId }: Place,
  groups: Groups = {},
): Record<string, unknown> | undefined {
  const named = (name: unknown) => groups[String(name)] ?? usualGroup(String(name));
  switch (token) {
    case "aws:eks/getNodeGroup:getNodeGroup": {
      const { template, version = "1" } = named(inputs.nodeGroupName);
      return { ...inputs, launchTemplates: template ? [{ id: template, name: template, version }] : [] };
    }
    case "aws:autoscaling/getGroup:getGroup": {
      const { template, isMixed, version = "1" } = named(inputs.name);
      const specification = { launchTemplateId: template, launchTemplateName: template, version };
      return {
        ...inputs,
        launchTemplates: template && !isMixed ? [{ id: template, name: template, version }] : [],
        mixedInstancesPolicies: isMixed
          ? [{ launchTemplates: [{ launchTemplateSpecifications: [specification], overrides: [] }] }]
          : [],
      };
    }
    case "aws:iam/getInstanceProfile:getInstanceProfile":
      return { ...inputs, roleArn: `arn:${partition}:iam::${accountId}:role/${inputs.name}` };
    default:
      return undefined;
  }
}

/** A version of a launch template, as EC2 describes it; undefined if there is none. */
export function launchTemplateVersion(
  id: string,
  named: string,
  groups: Groups = {},
): { number: number; profile: string | undefined } | undefined {
  const known = Object.values(groups).find(({ template }) => template === id);
  const { profiles = [undefined] } = known ?? { profiles: [profileOf(id)] };
  const number = named === "$Latest" ? profiles.length : named === "$Default" ? 1 : Number(named);
  return number >= 1 && number <= profiles.length ? { number, profile: profiles[number - 1] } : undefined;
}

function profileOf(template: string): string {
  return `nodes-of-${template}`;
}
