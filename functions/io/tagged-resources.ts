import { paginateDescribeSnapshots, paginateDescribeTags, type Tag } from "@aws-sdk/client-ec2";
import { tagPrefix } from "../domain/inputs.ts";
import { type LeftoverType, leftoverTypes, type TaggedResource } from "../domain/leftovers.ts";
import { ec2 } from "./ec2-client.ts";
import { ownTexts } from "./own-text.ts";

type Own = ReturnType<typeof ownTexts>;

/** The limit of both calls. */
const pageSize = 1000;

/**
 * The resources around images that have the tags of a run of this stage. The two calls are the only ones that a
 * reconcile run makes for the sweep while nothing is left behind. EC2 lists a terminated instance for about an hour.
 */
export async function readTagged(stage: string): Promise<TaggedResource[]> {
  const own = ownTexts();
  return (await Promise.all([readTags(stage, own), readSnapshots(stage, own)])).flat();
}

/** What builds run: it is there for hours, so few pages tell of all stages. */
async function readTags(stage: string, own: Own): Promise<TaggedResource[]> {
  const byResource = new Map<string, { type: LeftoverType; tags: Tag[] }>();
  const Filters = [
    { Name: "key", Values: ["stage", "variant", "token"].map((name) => `${tagPrefix}${name}`) },
    { Name: "resource-type", Values: leftoverTypes.filter((type) => type !== "snapshot") },
  ];
  for await (const { Tags = [] } of paginateDescribeTags({ client: ec2, pageSize }, { Filters }))
    for (const { ResourceId = "", ResourceType, Key, Value } of Tags) {
      const known = byResource.get(ResourceId) ?? { type: own(ResourceType ?? "") as LeftoverType, tags: [] };
      known.tags.push({ Key, Value });
      byResource.set(ResourceId, known);
    }
  return [...byResource].flatMap(([id, { type, tags }]) => ofStage(stage, own, { type, id, tags }));
}

/** Every kept image has one, with three tags: a page of snapshots tells three times as much as one of tags. */
async function readSnapshots(stage: string, own: Own): Promise<TaggedResource[]> {
  const all: TaggedResource[] = [];
  const pages = paginateDescribeSnapshots(
    { client: ec2, pageSize },
    { OwnerIds: ["self"], Filters: [{ Name: `tag:${tagPrefix}stage`, Values: [stage] }] },
  );
  for await (const { Snapshots = [] } of pages)
    for (const { SnapshotId = "", Tags = [] } of Snapshots)
      all.push(...ofStage(stage, own, { type: "snapshot", id: SnapshotId, tags: Tags }));
  return all;
}

function ofStage(
  stage: string,
  own: Own,
  { type, id, tags }: { type: LeftoverType; id: string; tags: readonly Tag[] },
): TaggedResource[] {
  const tag = (name: string) => tags.find(({ Key }) => Key === `${tagPrefix}${name}`)?.Value;
  const [variant, token] = [tag("variant"), tag("token")];
  if (tag("stage") !== stage || !variant || !token) return [];
  return [{ type, id: own(id), variant: own(variant), token: own(token) }];
}
