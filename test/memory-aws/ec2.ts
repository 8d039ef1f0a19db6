import type {
  CreateTagsCommandInput,
  DeleteTagsCommandInput,
  DescribeImageReferencesCommandInput,
  DescribeImagesCommandInput,
  DescribeSnapshotsCommandInput,
  DescribeTagsCommandInput,
  Filter,
  Image,
  ImageReference,
  Tag,
} from "@aws-sdk/client-ec2";
import { type Account, pageOf, ServiceError } from "./account.ts";
import { copies } from "./copies.ts";
import { fastLaunch } from "./fast-launch.ts";
import { guests } from "./guests.ts";
import { changeImage, imageOf, imageStates } from "./image-states.ts";
import { launchTemplates } from "./launch-templates.ts";
import { permissions, sharedImages } from "./permissions.ts";

/** AWS's limits: what a call gets that asks for no page, and for the longest. */
const longestPage = 1000;
/** Characters (EC2 user guide, "Tag restrictions"). */
const longestTagKey = 128;
const longestTagValue = 256;

export const ec2 = {
  DescribeImages(account: Account, input: DescribeImagesCommandInput) {
    const { ImageIds, Owners, Filters = [], IncludeDisabled = false, MaxResults = longestPage, NextToken } = input;
    const ids = ImageIds ?? valuesOf(Filters, "image-id");
    const shared = sharedImages(account);
    const missing = ImageIds?.find((id) => !account.images.has(id) && !shared.has(id));
    if (missing) throw new ServiceError("InvalidAMIID.NotFound", `The image id '[${missing}]' does not exist`);
    const asked = ids
      ? ids.flatMap((id) => account.images.get(id) ?? shared.get(id) ?? [])
      : [...account.images.values(), ...shared.values()];
    const images = asked.filter(
      (image) =>
        (IncludeDisabled || image.State !== "disabled") &&
        (!Owners || (image.OwnerId === account.id) === Owners.includes("self")) &&
        hasTags(image.Tags, Filters) &&
        hasSnapshot(image, valuesOf(Filters, "block-device-mapping.snapshot-id")),
    );
    const { page, next } = pageOf(images, MaxResults, NextToken);
    return { Images: page, NextToken: next };
  },
  DescribeSnapshots(
    account: Account,
    { Filters = [], MaxResults = longestPage, NextToken }: DescribeSnapshotsCommandInput,
  ) {
    const ids = valuesOf(Filters, "snapshot-id");
    const found = account.snapshots.filter(
      ({ SnapshotId = "", Tags }) => (!ids || ids.includes(SnapshotId)) && hasTags(Tags, Filters),
    );
    const { page, next } = pageOf(found, MaxResults, NextToken);
    return { Snapshots: page, NextToken: next };
  },
  DescribeTags(account: Account, { Filters = [], MaxResults = longestPage, NextToken }: DescribeTagsCommandInput) {
    const keys = valuesOf(Filters, "key");
    const types = valuesOf(Filters, "resource-type");
    const ofSnapshots = account.snapshots.flatMap(({ SnapshotId, Tags = [] }) =>
      Tags.map((tag) => ({ ...tag, ResourceId: SnapshotId, ResourceType: "snapshot" as const })),
    );
    const found = [...account.tags, ...(types?.includes("snapshot") === false ? [] : ofSnapshots)].filter(
      ({ Key = "", ResourceType = "" }) => (!keys || keys.includes(Key)) && (!types || types.includes(ResourceType)),
    );
    const { page, next } = pageOf(found, MaxResults, NextToken);
    return { Tags: page, NextToken: next };
  },
  DescribeImageReferences(account: Account, { ImageIds = [] }: DescribeImageReferencesCommandInput) {
    return { ImageReferences: referencesIn(account).filter(({ ImageId = "" }) => ImageIds.includes(ImageId)) };
  },
  CreateTags(account: Account, { Resources = [], Tags = [] }: CreateTagsCommandInput) {
    for (const { Key = "", Value = "" } of Tags)
      if (Key.length > longestTagKey || Value.length > longestTagValue)
        throw new ServiceError("InvalidParameterValue", `the tag ${Key} is too long`);
    for (const id of Resources) {
      const others = (imageOf(account, id).Tags ?? []).filter(({ Key }) => !Tags.some((tag) => tag.Key === Key));
      changeImage(account, id, { Tags: [...others, ...Tags] });
    }
    return {};
  },
  DeleteTags(account: Account, { Resources = [], Tags = [] }: DeleteTagsCommandInput) {
    const goes = ({ Key, Value }: Tag) =>
      Tags.some((tag) => tag.Key === Key && (tag.Value === undefined || tag.Value === Value));
    for (const id of Resources)
      changeImage(account, id, { Tags: (imageOf(account, id).Tags ?? []).filter((tag) => !goes(tag)) });
    return {};
  },
  ...copies,
  ...permissions,
  ...fastLaunch,
  ...imageStates,
  ...guests,
  ...launchTemplates,
};

function referencesIn({ id, region, references, instances, templates, parameters }: Account): ImageReference[] {
  const arn = (name: string, service = "ec2") => `arn:aws:${service}:${region}:${id}:${name}`;
  const living = instances.filter(({ State, ImageId }) => ImageId && State?.Name !== "terminated");
  return [
    ...references,
    ...living.map(({ ImageId, InstanceId }) => ({ ImageId, Arn: arn(`instance/${InstanceId}`) })),
    ...[...templates].flatMap(([template, versions]) =>
      versions.map(({ LaunchTemplateData }) => ({
        ImageId: LaunchTemplateData?.ImageId,
        Arn: arn(`launch-template/${template}`),
      })),
    ),
    ...[...parameters].map(([name, { Value }]) => ({ ImageId: Value, Arn: arn(`parameter${name}`, "ssm") })),
  ];
}

function valuesOf(filters: readonly Filter[], name: string): string[] | undefined {
  return filters.find(({ Name }) => Name === name)?.Values;
}

function hasTags(tags: readonly Tag[] = [], filters: readonly Filter[]): boolean {
  return filters
    .filter(({ Name = "" }) => Name.startsWith("tag:"))
    .every(({ Name = "", Values = [] }) =>
      tags.some(({ Key, Value = "" }) => Key === Name.slice("tag:".length) && Values.includes(Value)),
    );
}

function hasSnapshot({ BlockDeviceMappings = [] }: Image, snapshots: readonly string[] | undefined): boolean {
  return !snapshots || BlockDeviceMappings.some(({ Ebs }) => snapshots.includes(Ebs?.SnapshotId ?? ""));
}
