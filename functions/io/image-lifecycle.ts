import {
  DeregisterImageCommand,
  DisableImageCommand,
  DisableImageDeprecationCommand,
  EC2Client,
  EnableImageCommand,
  EnableImageDeprecationCommand,
} from "@aws-sdk/client-ec2";
import { iso, minute } from "../config/time.ts";
import { tagImage, untagImage } from "./image-tags.ts";
import type { Image } from "./images.ts";

const ec2 = new EC2Client({});

/**
 * Deprecates a revoked image. Who has its ID can use it all the same. EC2 takes no time in the past and rounds to the minute, so that
 * it begins within two minutes (EC2 API reference, EnableImageDeprecation).
 * @param now milliseconds since the epoch
 */
export async function deprecateImage(image: string, now: number): Promise<void> {
  await tagImage(image, { "withdrawn-at": iso(now) });
  const DeprecateAt = new Date(Math.ceil((now + minute) / minute) * minute);
  await ec2.send(new EnableImageDeprecationCommand({ ImageId: image, DeprecateAt }));
}

/**
 * Disables an image: nothing starts from it any more, what runs goes on, and it can be enabled again. The tag that says why comes first:
 * an image that is disabled without one is nobody's of ours.
 * @param now milliseconds since the epoch
 */
export async function disableImage(image: Image, because: "revoked" | "retired", now: number): Promise<void> {
  await tagImage(image.id, { [because === "revoked" ? "withdrawn-at" : "retired-at"]: iso(now) });
  if (image.state !== "disabled") await ec2.send(new DisableImageCommand({ ImageId: image.id }));
}

/**
 * Takes an image that somebody has enabled again out of retention's hands: the time from which its grace would count gives way to a word, and
 * is not there to be counted from when the image is disabled another time.
 * @param now milliseconds since the epoch
 */
export async function releaseImage(image: string, now: number): Promise<void> {
  await tagImage(image, { "retired-at": `released ${iso(now)}` });
}

/** Undoes what was done to an image because it was revoked. The tag goes last: until then the next look tries again. */
export async function restoreImage({ id, state, deprecatedAt }: Image): Promise<void> {
  if (state === "disabled") await ec2.send(new EnableImageCommand({ ImageId: id }));
  if (deprecatedAt !== undefined) await ec2.send(new DisableImageDeprecationCommand({ ImageId: id }));
  await untagImage(id, ["withdrawn-at"]);
}

/**
 * Deletes an image and its snapshots. This cannot be undone, unless a rule of the Recycle Bin matches.
 * @throws Error naming the snapshots that are left; a snapshot of several images stays, and is none of those
 */
export async function deregisterImage(image: string): Promise<void> {
  const { DeleteSnapshotResults = [] } = await ec2.send(
    new DeregisterImageCommand({ ImageId: image, DeleteAssociatedSnapshots: true }),
  );
  const left = DeleteSnapshotResults.filter(({ ReturnCode }) => ReturnCode !== "success" && ReturnCode !== "skipped");
  if (left.length > 0)
    throw new Error(
      `the image is gone, these snapshots are left: ${left.map((one) => `${one.SnapshotId} (${one.ReturnCode})`).join(", ")}`,
    );
}
