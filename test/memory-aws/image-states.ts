import type {
  DeregisterImageCommandInput,
  DisableImageCommandInput,
  EnableImageDeprecationCommandInput,
  Image,
} from "@aws-sdk/client-ec2";
import { type Account, ServiceError } from "./account.ts";

/** What changes an image without changing its tags. An image is replaced, never altered: an older one stays readable. */
export const imageStates = {
  DisableImage(account: Account, { ImageId = "" }: DisableImageCommandInput) {
    disableImage(account, ImageId);
    return { Return: true };
  },
  EnableImage(account: Account, { ImageId = "" }: DisableImageCommandInput) {
    changeImage(account, ImageId, { State: "available" });
    return { Return: true };
  },
  EnableImageDeprecation(account: Account, { ImageId = "", DeprecateAt }: EnableImageDeprecationCommandInput) {
    if ((DeprecateAt?.getTime() ?? 0) <= account.now())
      throw new ServiceError("InvalidParameter", "The value for DeprecateAt must be in the future.");
    changeImage(account, ImageId, { DeprecationTime: DeprecateAt?.toISOString() });
    return { Return: true };
  },
  DisableImageDeprecation(account: Account, { ImageId = "" }: DisableImageCommandInput) {
    changeImage(account, ImageId, { DeprecationTime: undefined });
    return { Return: true };
  },
  DeregisterImage(account: Account, { ImageId = "", DeleteAssociatedSnapshots }: DeregisterImageCommandInput) {
    const { BlockDeviceMappings = [] } = imageOf(account, ImageId);
    account.images.delete(ImageId);
    account.launchPermissions.delete(ImageId);
    const own = DeleteAssociatedSnapshots ? BlockDeviceMappings.map(({ Ebs }) => Ebs?.SnapshotId) : [];
    account.snapshots = account.snapshots.filter(({ SnapshotId }) => !own.includes(SnapshotId));
    return { Return: true, DeleteSnapshotResults: own.map((SnapshotId) => ({ SnapshotId, ReturnCode: "success" })) };
  },
};

/** Nobody else may start it any more, and enabling it again does not change that (EC2 API reference, DisableImage). */
export function disableImage(account: Account, id: string): void {
  changeImage(account, id, { State: "disabled" });
  account.launchPermissions.delete(id);
}

export function imageOf({ images }: Account, id: string): Image {
  const image = images.get(id);
  if (!image) throw new ServiceError("InvalidAMIID.NotFound", `The image id '[${id}]' does not exist`);
  return image;
}

export function changeImage(account: Account, id: string, changes: Partial<Image>): void {
  account.images.set(id, { ...imageOf(account, id), ...changes });
}
