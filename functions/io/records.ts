import { PutObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { type RecordBody, type Records, recordsPrefix, type StoredRecord } from "../domain/records.ts";
import { clientSettings } from "./client-settings.ts";

const s3 = new S3Client(clientSettings);

/**
 * All records, or those of one kind, by kind. One call lists 1,000 keys. S3 lists an object as soon as its write has
 * succeeded.
 */
export async function readRecords(bucket: string, kind?: string): Promise<Records> {
  const all: StoredRecord[] = [];
  const Prefix = kind === undefined ? recordsPrefix : `${recordsPrefix}${kind}/`;
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix }))
    all.push(...(page.Contents ?? []).map(({ Key = "", LastModified }) => recordFrom(Key, LastModified)));
  return Object.groupBy(all, ({ kind }) => kind);
}

function recordFrom(key: string, modified: Date | undefined): StoredRecord {
  const [kind = "", ...name] = key.slice(recordsPrefix.length).split("/");
  return { kind, name: name.join("/"), at: modified?.getTime() ?? 0 };
}

/**
 * Writes a record. Repeating it only renews its time.
 * @param key without {@link recordsPrefix}
 */
export async function writeRecord(bucket: string, key: string, body: RecordBody): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: `${recordsPrefix}${key}`,
      Body: JSON.stringify(body),
      ContentType: "application/json",
    }),
  );
}
