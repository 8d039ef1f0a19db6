import { EC2Client, paginateDescribeTags } from "@aws-sdk/client-ec2";
import { tagPrefix } from "../domain/inputs.ts";
import { type LeftoverType, leftoverTypes, type TaggedResource } from "../domain/leftovers.ts";
import { clientSettings } from "./client-settings.ts";

const ec2 = new EC2Client(clientSettings);

/** DescribeTags' limit. Each resource has three of the tags. */
const pageSize = 1000;

/**
 * The resources around images that have the tags of a run of this stage. The call is the only one that a reconcile run
 * makes for the sweep while nothing is left behind. EC2 lists a terminated instance for about an hour.
 */
export async function readTagged(stage: string): Promise<TaggedResource[]> {
  const byResource = new Map<string, { type: LeftoverType; tags: Record<string, string> }>();
  const Filters = [
    { Name: "key", Values: ["stage", "variant", "token"].map((name) => `${tagPrefix}${name}`) },
    { Name: "resource-type", Values: [...leftoverTypes] },
  ];
  for await (const { Tags = [] } of paginateDescribeTags({ client: ec2, pageSize }, { Filters }))
    for (const { ResourceId = "", ResourceType, Key = "", Value = "" } of Tags) {
      const known = byResource.get(ResourceId) ?? { type: ResourceType as LeftoverType, tags: {} };
      known.tags[Key.slice(tagPrefix.length)] = Value;
      byResource.set(ResourceId, known);
    }
  return [...byResource].flatMap(([id, { type, tags }]) => {
    const { variant, token } = tags;
    return tags.stage === stage && variant && token ? [{ type, id, variant, token }] : [];
  });
}
