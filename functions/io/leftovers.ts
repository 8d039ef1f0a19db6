import {
  DescribeKeyPairsCommand,
  type Filter,
  paginateDescribeImages,
  paginateDescribeInstances,
  paginateDescribeSecurityGroups,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
} from "@aws-sdk/client-ec2";
import { chunk, groupBy } from "es-toolkit";
import {
  type Leftover,
  type Leftovers,
  type LeftoverType,
  suspects,
  type TaggedResource,
} from "../domain/leftovers.ts";
import type { World } from "../domain/world.ts";
import { requestLimits } from "./client-settings.ts";
import { ec2 } from "./ec2-client.ts";
import { withPatience } from "./patience.ts";
import { readTagged } from "./tagged-resources.ts";

/** Values in one EC2 filter (EC2 API reference, DescribeInstances). */
const maxFilterValues = 200;
const pageSize = 1000;

/** What EC2 says about one resource, by its ID. */
type Described = [id: string, known: Pick<Leftover, "state" | "createdAt" | "mark">];

/**
 * What builds may have left behind. A resource that no longer exists, and an instance that is terminated, is left out.
 * Never throws.
 * @param patience how long the answers may take, in milliseconds; by default as long as one request
 */
export async function readLeftovers(
  stage: string,
  world: Pick<World, "now" | "builds" | "images">,
  patience: number = requestLimits.REQUEST_TIMEOUT_MS,
): Promise<Leftovers> {
  try {
    return { found: await withPatience(patience, () => describeAll(stage, world)), unread: undefined };
  } catch (error) {
    return { found: [], unread: `looking for what builds left behind: ${(error as Error).message}` };
  }
}

async function describeAll(stage: string, world: Pick<World, "now" | "builds" | "images">): Promise<Leftover[]> {
  const byType = groupBy(suspects(await readTagged(stage), world), ({ type }) => type);
  const found = await Promise.all(
    Object.entries(byType).flatMap(([type, all]) =>
      chunk(all, maxFilterValues).map((some) => describe(type as LeftoverType, some)),
    ),
  );
  return found.flat();
}

async function describe(type: LeftoverType, all: TaggedResource[]): Promise<Leftover[]> {
  const ids = all.map(({ id }) => id);
  const [known, images] = await Promise.all([
    describers[type](ids),
    type === "snapshot" ? imagesOf(ids) : new Map<string, string[]>(),
  ]);
  const byId = new Map(known);
  return all.flatMap((one) => {
    const described = byId.get(one.id);
    return described ? [{ ...one, ...described, images: images.get(one.id) ?? [] }] : [];
  });
}

const describers: Record<LeftoverType, (ids: string[]) => Promise<Described[]>> = {
  async instance(ids) {
    const pages = paginateDescribeInstances({ client: ec2, pageSize }, { Filters: only("instance-id", ids) });
    const all: Described[] = [];
    for await (const { Reservations = [] } of pages)
      for (const { InstanceId = "", State, LaunchTime, IamInstanceProfile } of Reservations.flatMap(
        ({ Instances = [] }) => Instances,
      ))
        if (State?.Name !== "terminated")
          all.push([InstanceId, known(State?.Name, LaunchTime, IamInstanceProfile?.Arn?.split("/").at(-1))]);
    return all;
  },
  async volume(ids) {
    const pages = paginateDescribeVolumes({ client: ec2, pageSize }, { Filters: only("volume-id", ids) });
    const all: Described[] = [];
    for await (const { Volumes = [] } of pages)
      all.push(
        ...Volumes.map(({ VolumeId = "", State, CreateTime }): Described => [VolumeId, known(State, CreateTime)]),
      );
    return all;
  },
  async "key-pair"(ids) {
    const { KeyPairs = [] } = await ec2.send(new DescribeKeyPairsCommand({ Filters: only("key-pair-id", ids) }));
    return KeyPairs.map(({ KeyPairId = "", KeyName, CreateTime }) => [
      KeyPairId,
      known(undefined, CreateTime, KeyName),
    ]);
  },
  async "security-group"(ids) {
    const pages = paginateDescribeSecurityGroups({ client: ec2, pageSize }, { Filters: only("group-id", ids) });
    const all: Described[] = [];
    for await (const { SecurityGroups = [] } of pages)
      all.push(
        ...SecurityGroups.map(
          ({ GroupId = "", GroupName }): Described => [GroupId, known(undefined, undefined, GroupName)],
        ),
      );
    return all;
  },
  async snapshot(ids) {
    const pages = paginateDescribeSnapshots(
      { client: ec2, pageSize },
      { OwnerIds: ["self"], Filters: only("snapshot-id", ids) },
    );
    const all: Described[] = [];
    for await (const { Snapshots = [] } of pages)
      all.push(
        ...Snapshots.map(
          ({ SnapshotId = "", State, StartTime, Description }): Described => [
            SnapshotId,
            known(State, StartTime, Description),
          ],
        ),
      );
    return all;
  },
};

/** The account's images that snapshots are part of, disabled ones included, by snapshot. */
async function imagesOf(snapshots: string[]): Promise<Map<string, string[]>> {
  const images = new Map<string, string[]>();
  const pages = paginateDescribeImages(
    { client: ec2, pageSize },
    { Owners: ["self"], IncludeDisabled: true, Filters: only("block-device-mapping.snapshot-id", snapshots) },
  );
  for await (const { Images = [] } of pages)
    for (const { ImageId = "", BlockDeviceMappings = [] } of Images)
      for (const { Ebs } of BlockDeviceMappings)
        if (Ebs?.SnapshotId) images.set(Ebs.SnapshotId, [...(images.get(Ebs.SnapshotId) ?? []), ImageId]);
  return images;
}

function only(Name: string, Values: string[]): Filter[] {
  return [{ Name, Values }];
}

function known(state: string | undefined, createdAt?: Date, mark?: string): Described[1] {
  return { state, createdAt: createdAt?.getTime(), mark };
}
