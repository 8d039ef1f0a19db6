import type {
  DescribeImageAttributeCommandInput,
  Image,
  ModifyImageAttributeCommandInput,
  ModifySnapshotAttributeCommandInput,
} from "@aws-sdk/client-ec2";
import { type Account, ServiceError } from "./account.ts";
import { imageOf } from "./image-states.ts";

/** What other accounts may do with images and snapshots. Who is not their owner may not even ask. */
export const permissions = {
  DescribeImageAttribute(account: Account, { ImageId = "" }: DescribeImageAttributeCommandInput) {
    ownImage(account, ImageId);
    const shared = account.launchPermissions.get(ImageId) ?? [];
    return { ImageId, LaunchPermissions: [...shared].map((UserId) => ({ UserId })) };
  },
  ModifyImageAttribute(account: Account, { ImageId = "", LaunchPermission }: ModifyImageAttributeCommandInput) {
    const { State } = ownImage(account, ImageId);
    if (State === "disabled")
      throw new ServiceError("InvalidAMIID.Unavailable", `The image ID '${ImageId}' is not available`);
    change(account.launchPermissions, ImageId, LaunchPermission);
    return {};
  },
  ModifySnapshotAttribute(account: Account, input: ModifySnapshotAttributeCommandInput) {
    const { SnapshotId = "", CreateVolumePermission } = input;
    if (!account.snapshots.some((one) => one.SnapshotId === SnapshotId))
      throw new ServiceError("InvalidSnapshot.NotFound", `The snapshot '${SnapshotId}' does not exist.`);
    change(account.volumePermissions, SnapshotId, CreateVolumePermission);
    return {};
  },
};

/** The images of other accounts that this one may start here, as it sees them: without their owner's tags. */
export function sharedImages({ id, region, world }: Account): Map<string, Image> {
  const others = world.filter((other) => other.id !== id && other.region === region);
  return new Map(
    others.flatMap(({ images, launchPermissions }) =>
      [...launchPermissions].flatMap(([image, accounts]): [string, Image][] => {
        const { Tags: _, ...known } = images.get(image) ?? {};
        return accounts.has(id) && known.ImageId !== undefined ? [[image, known]] : [];
      }),
    ),
  );
}

function ownImage(account: Account, id: string): Image {
  const image = imageOf(account, id);
  if (image.OwnerId !== account.id) throw new ServiceError("AuthFailure", `Not authorized for image: ${id}`, 403);
  return image;
}

/** A set is replaced, never altered. */
function change(
  all: Map<string, ReadonlySet<string>>,
  id: string,
  { Add = [], Remove = [] }: Partial<Record<"Add" | "Remove", { UserId?: string | undefined }[]>> = {},
): void {
  const named = (some: { UserId?: string | undefined }[]) => some.flatMap(({ UserId }) => UserId ?? []);
  const left = [...(all.get(id) ?? [])].filter((one) => !named(Remove).includes(one));
  all.set(id, new Set([...left, ...named(Add)]));
}
