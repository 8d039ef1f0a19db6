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
import { clientSettings } from "./client-settings.ts";
import { tagImage, untagImage } from "./image-tags.ts";

const ec2 = new EC2Client(clientSettings);

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
 * Disables an image that is revoked: no new instance starts from it, running ones go on, and it can be enabled again.
 * The tag that says why is written first, because the service never touches an image that is disabled without such a
 * tag. An earlier record of retention is removed, so that no grace counts from a time before this one. If the tag has
 * changed since it was read, for example because another writer has exempted the image, it stays.
 * @param now milliseconds since the epoch
 */
export async function disableRevoked(image: Image, now: number): Promise<void> {
  const { id, state, retiredAt, retiring, retiredAtTag } = image;
  await tagImage(id, { "withdrawn-at": iso(now) });
  if (retiredAt !== undefined || retiring) await untagImage(id, ["retired-at"], retiredAtTag);
  if (state !== "disabled") await ec2.send(new DisableImageCommand({ ImageId: id }));
}

/**
 * Disables an image for retention, as {@link disableRevoked} does. The tag has its time only once EC2 has disabled the
 * image: until then it says `retiring`, so that an image whose disabling failed neither counts as enabled by a person
 * nor begins its grace.
 * @param now milliseconds since the epoch
 */
export async function retireImage({ id, state }: Image, now: number): Promise<void> {
  if (state !== "disabled") {
    await tagImage(id, { "retired-at": `retiring ${iso(now)}` });
    await ec2.send(new DisableImageCommand({ ImageId: id }));
  }
  await tagImage(id, { "retired-at": iso(now) });
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
