import {
  CopyImageCommand,
  DescribeImagesCommand,
  DisableImageCommand,
  type EC2Client,
  EC2ServiceException,
  EnableImageCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  type ResourceType,
} from "@aws-sdk/client-ec2";
import type { Place } from "../../config/place.ts";
import type { Image } from "../../domain/images.ts";
import { areComplete, inputsToTags, sha256, tagPrefix } from "../../domain/inputs.ts";
import type { Permissions } from "../../domain/places/use-in-places.ts";
import { home } from "../clients.ts";

/** EC2's limit for a token, in characters. */
const maxTokenLength = 64;

/**
 * Asks EC2 to copy an image into a place; it takes minutes to hours. The call is made there, by the place's role. EC2
 * answers the same token with the same image, so a call whose answer was lost can be repeated.
 * @param attempt counts from 1; another attempt makes another image
 * @returns the ID of the copy
 */
export async function startCopy(
  ec2: EC2Client,
  { id: SourceImageId, name, variant, inputs }: Image,
  { place, stage, from, attempt }: { place: Place; stage: string; from: string; attempt: number },
): Promise<string> {
  const token = sha256(JSON.stringify([SourceImageId, place.name, attempt])).slice(0, maxTokenLength);
  const own = { stage, variant, place: place.name, source: SourceImageId };
  const tags = {
    project: "eks-windows-images",
    ...(areComplete(inputs) && inputsToTags(inputs)),
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${tagPrefix}${key}`, value])),
  };
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { ImageId } = await ec2.send(
    new CopyImageCommand({
      SourceRegion: from,
      SourceImageId,
      // Names are unique in an account and Region, and what a failed or earlier copy has is taken.
      Name: `${name}/${token.slice(0, 8)}`,
      Description: `Copy of ${SourceImageId} in ${from}; made by eks-windows-images`,
      Encrypted: true,
      KmsKeyId: place.kmsKeyArn,
      ClientToken: token,
      TagSpecifications: (["image", "snapshot"] satisfies ResourceType[]).map((ResourceType) => ({
        ResourceType,
        Tags,
      })),
    }),
  );
  if (!ImageId) throw new Error(`CopyImage of ${SourceImageId} answered without an image`);
  return ImageId;
}

/** Lets another account start an image. */
export async function shareImage(image: string, account: string): Promise<void> {
  await home.ec2.send(
    new ModifyImageAttributeCommand({ ImageId: image, LaunchPermission: { Add: [{ UserId: account }] } }),
  );
}

/** Lets another account copy an image: it must see the image and read its snapshots. */
export async function letCopy(image: string, account: string): Promise<void> {
  await shareImage(image, account);
  for (const SnapshotId of await snapshotsOf(image))
    await home.ec2.send(
      new ModifySnapshotAttributeCommand({ SnapshotId, CreateVolumePermission: { Add: [{ UserId: account }] } }),
    );
}

/**
 * Takes back what {@link shareImage} and {@link letCopy} gave. What is not given is not missed.
 * @param kept what other places of the account need
 */
export async function unshareImage(image: string, account: string, kept: Permissions): Promise<void> {
  if (!kept.launch) await stopLaunching(image, account);
  if (kept.snapshots) return;
  for (const SnapshotId of await snapshotsOf(image))
    await home.ec2.send(
      new ModifySnapshotAttributeCommand({ SnapshotId, CreateVolumePermission: { Remove: [{ UserId: account }] } }),
    );
}

/** Nobody can start an image that is gone or disabled, and EC2 changes no permission of it. */
const unstartable = /^InvalidAMIID\.(NotFound|Unavailable)$/;

async function stopLaunching(image: string, account: string): Promise<void> {
  try {
    await home.ec2.send(
      new ModifyImageAttributeCommand({ ImageId: image, LaunchPermission: { Remove: [{ UserId: account }] } }),
    );
  } catch (error) {
    if (!(error instanceof EC2ServiceException && unstartable.test(error.name))) throw error;
  }
}

/** None if the image is gone: as a value of a filter, its ID fails no call. */
async function snapshotsOf(image: string): Promise<string[]> {
  const Filters = [{ Name: "image-id", Values: [image] }];
  const { Images = [] } = await home.ec2.send(new DescribeImagesCommand({ IncludeDisabled: true, Filters }));
  return Images.flatMap(({ BlockDeviceMappings = [] }) =>
    BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
  );
}

export async function disableCopy(ec2: EC2Client, copy: string): Promise<void> {
  await ec2.send(new DisableImageCommand({ ImageId: copy }));
}

export async function enableCopy(ec2: EC2Client, copy: string): Promise<void> {
  await ec2.send(new EnableImageCommand({ ImageId: copy }));
}
