import { z } from "zod";
import type { UnemulatedCall } from "../unemulated-calls.ts";
import { alias } from "./templates.ts";
import type { World } from "./world.ts";

const Specification = z.looseObject({
  id: z.string().optional(),
  LaunchTemplateId: z.string().optional(),
  version: z.string().optional(),
  Version: z.string().optional(),
});

/** A call that lets a group start instances from a version of a launch template. */
const Using = z.looseObject({
  launchTemplate: Specification.optional(),
  DesiredConfiguration: z
    .looseObject({
      LaunchTemplate: Specification.optional(),
      MixedInstancesPolicy: z
        .looseObject({ LaunchTemplate: z.looseObject({ LaunchTemplateSpecification: Specification }) })
        .optional(),
    })
    .optional(),
});

/** What the judge of permissions must know about a call besides its parameters. */
type Evidence = Pick<UnemulatedCall, "tags" | "profiles">;

/** The tags of the image and the profile that the call's version of a launch template names. */
export async function evidenceOf({ site }: World, parameters: unknown): Promise<Evidence> {
  const { launchTemplate, DesiredConfiguration: desired } = Using.parse(parameters);
  const mixed = desired?.MixedInstancesPolicy?.LaunchTemplate.LaunchTemplateSpecification;
  const named = launchTemplate ?? desired?.LaunchTemplate ?? mixed;
  if (!named) return { tags: {} };
  const wanted = { id: named.id ?? named.LaunchTemplateId, version: named.version ?? named.Version };
  const version = await site.templates.find(wanted).catch(() => undefined);
  if (!version?.imageId || version.imageId.startsWith(alias)) return { tags: {} };
  const { Arn, Name } = version.data.IamInstanceProfile ?? {};
  const profile = Arn ?? (Name && `arn:aws:iam::${site.accountId}:instance-profile/${Name}`);
  return {
    tags: { [version.imageId]: await site.tagsOf(version.imageId) },
    ...(profile && { profiles: { [version.id]: profile } }),
  };
}
