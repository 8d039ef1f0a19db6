import type {
  DeleteObjectCommandInput,
  GetObjectCommandInput,
  ListObjectsV2CommandInput,
  PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { type Account, pageOf, ServiceError } from "./account.ts";

/** Keys in an answer, at most (AWS API reference). */
const longestPage = 1000;
/** Bytes in a key, at most (S3 user guide). */
const longestKey = 1024;

export const s3 = {
  ListObjectsV2({ objects }: Account, input: Partial<ListObjectsV2CommandInput>) {
    const { Prefix = "", MaxKeys = longestPage, ContinuationToken } = input;
    const keys = sortedKeys(objects).filter((key) => key.startsWith(Prefix));
    const { page, next } = pageOf(keys, MaxKeys, ContinuationToken);
    const Contents = page.map((Key) => ({ Key, LastModified: objects.get(Key)?.at, Size: 0 }));
    return { Contents, IsTruncated: next !== undefined, NextContinuationToken: next };
  },
  GetObject({ objects }: Account, { Key = "" }: Partial<GetObjectCommandInput>) {
    const found = objects.get(Key);
    if (!found) throw new ServiceError("NoSuchKey", "The specified key does not exist.", 404);
    return found;
  },
  PutObject({ objects, now }: Account, { Key = "", Body = "", IfNoneMatch }: Partial<PutObjectCommandInput>) {
    if (Buffer.byteLength(Key) > longestKey) throw new ServiceError("KeyTooLongError", "Your key is too long");
    // S3 counts whole seconds.
    if (IfNoneMatch === "*" && objects.has(Key))
      throw new ServiceError("PreconditionFailed", "At least one of the pre-conditions did not hold", 412);
    objects.set(Key, { at: new Date(Math.floor(now() / 1000) * 1000), body: String(Body) });
    return {};
  },
  DeleteObject({ objects }: Account, { Key = "" }: Partial<DeleteObjectCommandInput>) {
    objects.delete(Key);
    sorted.delete(objects);
    return {};
  },
};

/** Sorted once for each number of objects, until one is deleted. */
const sorted = new WeakMap<Account["objects"], string[]>();

function sortedKeys(objects: Account["objects"]): string[] {
  const known = sorted.get(objects);
  if (known?.length === objects.size) return known;
  const keys = [...objects.keys()].toSorted();
  sorted.set(objects, keys);
  return keys;
}
