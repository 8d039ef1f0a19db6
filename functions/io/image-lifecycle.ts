import {
  DeregisterImageCommand,
  DisableImageCommand,
  DisableImageDeprecationCommand,
  EC2Client,
  EnableImageCommand,
  EnableImageDeprecationCommand,
} from "@aws-sdk/client-ec2";
import { iso, minute } from "../config/time.ts";
import type { Image } from "../domain/images.ts";
import { tagImage, untagImage } from "./image-tags.ts";

const ec2 = new EC2Client({});

/**
 * Deprecates a revoked image. Anyone who has its ID can still start it. EC2 accepts no time in the past and rounds to
 * the minute, so the deprecation begins within two minutes (EC2 API reference, EnableImageDeprecation).
 * @param now milliseconds since the epoch
 */
export async function deprecateImage(image: string, now: number): Promise<void> {
  await tagImage(image, { "withdrawn-at": iso(now) });
  const DeprecateAt = new Date(Math.ceil((now + minute) / minute) * minute);
  await ec2.send(new EnableImageDeprecationCommand({ ImageId: image, DeprecateAt }));
}

/**
 * Disables an image: no new instance starts from it, running ones go on, and it can be enabled again. The tag that says
 * why is written first, because the service never touches an image that is disabled without such a tag.
 * @param now milliseconds since the epoch
 */
export async function disableImage(image: Image, because: "revoked" | "retired", now: number): Promise<void> {
  await tagImage(image.id, { [because === "revoked" ? "withdrawn-at" : "retired-at"]: iso(now) });
  if (image.state !== "disabled") await ec2.send(new DisableImageCommand({ ImageId: image.id }));
}

/** The value of the tag `retired-at` of an exempt image. */
export function exemptionToTag(now: number): string {
  return `released ${iso(now)}`;
}

/**
 * Exempts an image that a person enabled again from retention. The word `released` replaces the time in the tag, so
 * that no grace period counts from that time if the image is disabled once more.
 * @param now milliseconds since the epoch
 */
export async function exemptFromRetention(image: string, now: number): Promise<void> {
  await tagImage(image, { "retired-at": exemptionToTag(now) });
}

/**
 * Undoes what the revocation did to an image. The tag goes last, so that the next reconcile run retries until all of it
 * is undone.
 */
export async function restoreImage({ id, state, deprecatedAt }: Image): Promise<void> {
  if (state === "disabled") await ec2.send(new EnableImageCommand({ ImageId: id }));
  if (deprecatedAt !== undefined) await ec2.send(new DisableImageDeprecationCommand({ ImageId: id }));
  await untagImage(id, ["withdrawn-at"]);
}

/**
 * Deletes an image and its snapshots. This cannot be undone unless a Recycle Bin rule matches.
 * @throws Error naming the snapshots that remain. A snapshot that another image shares is kept and not named.
 */
export async function deregisterImage(image: string): Promise<void> {
  const { DeleteSnapshotResults = [] } = await ec2.send(
    new DeregisterImageCommand({ ImageId: image, DeleteAssociatedSnapshots: true }),
  );
  const left = DeleteSnapshotResults.filter(({ ReturnCode }) => ReturnCode !== "success" && ReturnCode !== "skipped");
  if (left.length > 0)
    throw new Error(
      `the image is gone, these snapshots remain: ${left.map((one) => `${one.SnapshotId} (${one.ReturnCode})`).join(", ")}`,
    );
}
