import { PutObjectCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { type RecordBody, type Records, recordsPrefix, type StoredRecord } from "../domain/records.ts";
import { ownTexts } from "./own-text.ts";
import { s3 } from "./s3-client.ts";
import { shareReads } from "./shared-reads.ts";

/**
 * All records, or those of one kind, by kind. One call lists 1,000 keys. S3 lists an object as soon as its write has
 * succeeded. Each write of a run asks for all of them once more.
 */
export const readRecords: (bucket: string, kind?: string) => Promise<Records> = shareReads(listRecords);

async function listRecords(bucket: string, kind?: string): Promise<Records> {
  const all: StoredRecord[] = [];
  const own = ownTexts();
  const Prefix = kind === undefined ? recordsPrefix : `${recordsPrefix}${kind}/`;
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix }))
    all.push(...(page.Contents ?? []).map(({ Key = "", LastModified }) => recordFrom(Key, LastModified, own)));
  return Object.groupBy(all, ({ kind }) => kind);
}

function recordFrom(key: string, modified: Date | undefined, own: (text: string) => string): StoredRecord {
  const [kind = "", ...name] = key.slice(recordsPrefix.length).split("/");
  return { kind: own(kind), name: own(name.join("/")), at: modified?.getTime() ?? 0 };
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
