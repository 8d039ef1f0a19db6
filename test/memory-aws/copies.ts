import { createHash } from "node:crypto";
import type { CopyImageCommandInput, Image } from "@aws-sdk/client-ec2";
import { type Account, ServiceError } from "./account.ts";
import { changeImage } from "./image-states.ts";

/** EC2 only begins to copy. Whoever plays the account lets it succeed or fail ({@link endCopy}). */
export const copies = {
  /** The same token is answered with the same image, and its name may be used once in an account and Region. */
  CopyImage(account: Account, { ClientToken = "", ...input }: CopyImageCommandInput) {
    const parameters = JSON.stringify(input);
    const known = account.copies.get(ClientToken);
    if (known && known.parameters !== parameters)
      throw new ServiceError("IdempotentParameterMismatch", "the token was used with other parameters");
    if (known) return { ImageId: known.image };
    const { Name = "", Description, SourceImageId = "", SourceRegion = "", TagSpecifications = [] } = input;
    checkSource(account, SourceRegion, SourceImageId);
    if ([...account.images.values()].some((one) => one.OwnerId === account.id && one.Name === Name))
      throw new ServiceError("InvalidAMIName.Duplicate", `AMI name ${Name} is already in use`);
    const id = createHash("sha256").update(`${account.id} ${account.region} ${ClientToken}`).digest("hex").slice(0, 17);
    const [ImageId, SnapshotId] = [`ami-${id}`, `snap-${id}`];
    const tagsOf = (type: string) => TagSpecifications.find(({ ResourceType }) => ResourceType === type)?.Tags ?? [];
    const CreationDate = new Date(account.now());
    account.images.set(ImageId, {
      ImageId,
      Name,
      Description,
      OwnerId: account.id,
      State: "pending",
      CreationDate: CreationDate.toISOString(),
      SourceImageId,
      SourceImageRegion: SourceRegion,
      Tags: tagsOf("image"),
      BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { SnapshotId } }],
    });
    account.snapshots.push({
      SnapshotId,
      OwnerId: account.id,
      State: "pending",
      StartTime: CreationDate,
      Tags: tagsOf("snapshot"),
    });
    account.copies.set(ClientToken, { parameters, image: ImageId });
    return { ImageId };
  },
};

/** EC2 has copied everything, or it could not: without the permissions that it began with, it cannot. */
export function endCopy(account: Account, id: string, failure?: string): void {
  const image = account.images.get(id);
  if (image?.State !== "pending") return;
  const why = failure ?? whyUnreadable(account, image.SourceImageRegion ?? "", image.SourceImageId ?? "");
  const StateReason = { Code: "Client.InternalError", Message: why };
  changeImage(account, id, why === undefined ? { State: "available" } : { State: "failed", StateReason });
  account.snapshots = account.snapshots.map((one) =>
    image.BlockDeviceMappings?.some(({ Ebs }) => Ebs?.SnapshotId === one.SnapshotId)
      ? { ...one, State: why === undefined ? "completed" : "error" }
      : one,
  );
}

function checkSource(account: Account, region: string, id: string): void {
  const source = visibleIn(account, region, id);
  if (!source) throw new ServiceError("InvalidAMIID.NotFound", `The image id '[${id}]' does not exist`);
  if (source.State !== "available")
    throw new ServiceError("InvalidAMIID.Unavailable", `The image id '[${id}]' is not available`);
  const why = whyUnreadable(account, region, id);
  if (why) throw new ServiceError("InvalidRequest", why);
}

/** An image of this account's or one that is shared with it, in any Region. */
function visibleIn({ id: own, world }: Account, region: string, id: string): Image | undefined {
  for (const { id: owner, region: where, images, launchPermissions } of world)
    if (where === region && (owner === own || launchPermissions.get(id)?.has(own)) && images.has(id))
      return images.get(id);
  return undefined;
}

/** Why the storage of an image cannot be read from this account; undefined if it can. */
function whyUnreadable(account: Account, region: string, id: string): string | undefined {
  const image = visibleIn(account, region, id);
  if (!image) return `The image id '[${id}]' does not exist`;
  if (image.OwnerId === account.id) return undefined;
  const owner = account.world.find((one) => one.id === image.OwnerId && one.region === region);
  const isReadable = (image.BlockDeviceMappings ?? []).every(({ Ebs }) =>
    owner?.volumePermissions.get(Ebs?.SnapshotId ?? "")?.has(account.id),
  );
  return isReadable ? undefined : "You do not have permission to access the storage of this ami";
}
