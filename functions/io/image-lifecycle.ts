import {
  DeregisterImageCommand,
  DisableImageCommand,
  DisableImageDeprecationCommand,
  EnableImageCommand,
  EnableImageDeprecationCommand,
} from "@aws-sdk/client-ec2";
import type { ChannelName } from "../config/channel-names.ts";
import { iso, minute } from "../config/time.ts";
import type { Image } from "../domain/images.ts";
import { ending, type HashedRecordKind } from "../domain/records.ts";
import { ec2 } from "./ec2-client.ts";
import { tagImage, untagImage } from "./image-tags.ts";

/**
 * Writes the record that a tag of the image has this value, without which it does not count, or has it no more.
 * @param about the channel of a publication, or that the value ends
 */
export type KeepRecord = (kind: HashedRecordKind, value: string, about?: ChannelName | typeof ending) => Promise<void>;

/**
 * Deprecates a revoked image. Anyone who has its ID can still start it. EC2 accepts no time in the past and rounds to
 * the minute, so the deprecation begins within two minutes (EC2 API reference, EnableImageDeprecation).
 * @param now milliseconds since the epoch
 */
export async function deprecateImage(image: Image, now: number, keepRecord: KeepRecord): Promise<void> {
  await withdraw(image, now, keepRecord);
  const DeprecateAt = new Date(Math.ceil((now + minute) / minute) * minute);
  await ec2.send(new EnableImageDeprecationCommand({ ImageId: image.id, DeprecateAt }));
}

/**
 * Disables an image that is revoked: no new instance starts from it, running ones go on, and it can be enabled again.
 * The tag and the record that say why are written first, because the service never touches an image that is disabled
 * without them: a person has disabled it. An earlier retirement ends, so that no grace counts from a time before this
 * one. If the tag has changed since it was read, for example because another writer has exempted the image, it stays.
 * @param now milliseconds since the epoch
 */
export async function disableRevoked(image: Image, now: number, keepRecord: KeepRecord): Promise<void> {
  const { id, state, retiredAt, retiring, retirementRecorded, retiredAtTag } = image;
  await withdraw(image, now, keepRecord);
  if (retiredAt !== undefined || retiring || retirementRecorded) {
    if (retiredAtTag !== undefined) await untagImage(id, ["retired-at"], retiredAtTag);
    await keepRecord("retirements", iso(now), ending);
  }
  if (state === "disabled") return;
  await keepRecord("disablings", iso(now));
  await ec2.send(new DisableImageCommand({ ImageId: id }));
}

/**
 * Disables an image for retention, as {@link disableRevoked} does. The tag has its time only once EC2 has disabled the
 * image: until then it says `retiring`, so that an image whose disabling failed neither counts as enabled by a person
 * nor begins its grace. A run may stand still in between.
 * @param clock the time, in milliseconds since the epoch
 */
export async function retireImage(
  { id, state, retiring }: Image,
  clock: () => number,
  keepRecord: KeepRecord,
): Promise<void> {
  const retired = (value: string) => tagWithRecord(id, "retired-at", value, (tag) => keepRecord("retirements", tag));
  if (state !== "disabled") {
    if (!retiring) await retired(`retiring ${iso(clock())}`);
    await ec2.send(new DisableImageCommand({ ImageId: id }));
  }
  await retired(iso(clock()));
}

/**
 * Exempts an image that a person enabled again from retention. The word `released` replaces the time in the tag, so
 * that no grace period counts from that time if the image is disabled once more.
 * @param now milliseconds since the epoch
 */
export async function exemptFromRetention(image: string, now: number, keepRecord: KeepRecord): Promise<void> {
  await tagWithRecord(image, "retired-at", `released ${iso(now)}`, (tag) => keepRecord("exemptions", tag));
}

/**
 * Undoes what the revocation did to an image; one that a person has disabled meanwhile stays disabled. The tag goes
 * after that, so that the next reconcile run retries until all of it is undone. The record comes last; from then on the
 * tag restores nothing if anybody writes it once more.
 * @param now milliseconds since the epoch
 */
export async function restoreImage(
  { id, state, deprecatedAt, disabledByRevocation }: Image,
  now: number,
  keepRecord: KeepRecord,
): Promise<void> {
  if (state === "disabled" && disabledByRevocation) await ec2.send(new EnableImageCommand({ ImageId: id }));
  if (deprecatedAt !== undefined) await ec2.send(new DisableImageDeprecationCommand({ ImageId: id }));
  await untagImage(id, ["withdrawn-at"]);
  await keepRecord("withdrawals", iso(now), ending);
}

/** Records and tags the withdrawal once, because a later record would end the earlier one. */
async function withdraw({ id, withdrawnAt }: Image, now: number, keepRecord: KeepRecord): Promise<void> {
  if (withdrawnAt !== undefined) return;
  await tagWithRecord(id, "withdrawn-at", iso(now), (tag) => keepRecord("withdrawals", tag));
}

/** Writes a tag that counts only with its record. The record comes first, or a run in between calls the tag forged. */
export async function tagWithRecord(
  image: string,
  tag: string,
  value: string,
  record: (value: string) => Promise<void>,
): Promise<void> {
  await record(value);
  await tagImage(image, { [tag]: value });
}

/**
 * Deletes an image and its snapshots. This cannot be undone unless a Recycle Bin rule matches.
 * @param client of the account and Region that it is in; by default home's
 * @throws Error naming the snapshots that remain. A snapshot that another image shares is kept and not named.
 */
export async function deregisterImage(image: string, client = ec2): Promise<void> {
  const { DeleteSnapshotResults = [] } = await client.send(
    new DeregisterImageCommand({ ImageId: image, DeleteAssociatedSnapshots: true }),
  );
  const left = DeleteSnapshotResults.filter(({ ReturnCode }) => ReturnCode !== "success" && ReturnCode !== "skipped");
  if (left.length > 0)
    throw new Error(
      `the image is gone, these snapshots remain: ${left.map((one) => `${one.SnapshotId} (${one.ReturnCode})`).join(", ")}`,
    );
}
