import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { channelNames } from "../functions/config/channel-names.ts";
import { inputsFromTags, tagPrefix } from "../functions/domain/inputs.ts";
import {
  holdingRecord,
  identityOf,
  type ProofResult,
  proofRecord,
  recordsPrefix,
  tagRecord,
} from "../functions/domain/records.ts";
import type { Emulator } from "../local/aws/emulator.ts";

/** Tags of an image by name without the prefix. */
type Tags = Readonly<Record<string, string>>;

/**
 * Writes the records of an image that the service made, proved and decided about. Their time is that of its proof, else
 * the emulator's.
 * @param tags all tags of the image
 */
export async function recordImage(emulator: Emulator, bucket: string, image: string, tags: Tags): Promise<void> {
  const { url: endpoint, region, credentials } = emulator;
  const s3 = new S3Client({ endpoint, region, credentials });
  for (const key of recordsOf(image, tags).map((name) => `${recordsPrefix}${name}`)) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, ContentLength: 0 }));
    const provedAt = new Date(tags["proved-at"] ?? "");
    if (!Number.isNaN(provedAt.getTime())) await emulator.setObjectTime(bucket, key, provedAt);
  }
  s3.destroy();
}

/** The keys of these records, without their prefix. */
export function recordsOf(image: string, tags: Tags, isRevokedByRecord = false): string[] {
  const prefixed = Object.fromEntries(Object.entries(tags).map(([name, value]) => [`${tagPrefix}${name}`, value]));
  const identity = identityOf(tags.variant ?? "", inputsFromTags(prefixed));
  const results = ["made", tags.proof].filter((result) => result !== undefined) as ProofResult[];
  return [
    ...results.map((result) => proofRecord("proofs", image, { result, token: tags.token, identity })),
    ...(tags.revoked === undefined || !isRevokedByRecord ? [] : [tagRecord("revocations", image, tags.revoked)]),
    ...(tags.approved === undefined ? [] : [tagRecord("approvals", image, tags.approved)]),
    ...channelNames.flatMap((channel) => {
      const tag = tags[`published-${channel}`];
      return tag === undefined ? [] : [tagRecord("publications", image, tag, channel), holdingRecord(image, channel)];
    }),
    ...(["retired-at", "withdrawn-at"] as const).flatMap((name) => {
      const tag = tags[name];
      if (tag === undefined) return [];
      const retention = tag.startsWith("released ") ? "exemptions" : "retirements";
      return [tagRecord(name === "withdrawn-at" ? "withdrawals" : retention, image, tag)];
    }),
  ];
}
