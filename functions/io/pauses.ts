import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { JsonText } from "../config/json.ts";
import { iso } from "../config/time.ts";
import { everything, type Pause, type Pauses } from "../domain/pauses.ts";
import { clientSettings } from "./client-settings.ts";

const s3 = new S3Client(clientSettings);

const prefix = "records/pauses/";
/** Stands for everything in a key. No variant can have this name. */
const everythingKey = "_everything";

/** An object's content. */
const PauseRecord = JsonText.pipe(z.object({ by: z.string(), at: z.iso.datetime(), reason: z.string() }));

/**
 * All pauses. An object that cannot be read is a pause without a reason: a person wanted one.
 * @throws Error if the objects could not be listed
 */
export async function readPauses(bucket: string): Promise<Pauses> {
  const pauses: [string, Pause][] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix }))
    pauses.push(
      ...(await Promise.all(
        Contents.map(async ({ Key = "", LastModified }): Promise<[string, Pause]> => {
          const unread = { by: undefined, at: LastModified?.getTime() ?? 0 };
          return [scopeOf(Key), await readPause(bucket, Key, unread)];
        }),
      )),
    );
  return Object.fromEntries(pauses);
}

async function readPause(bucket: string, key: string, unread: Omit<Pause, "reason">): Promise<Pause> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const { by, at, reason } = PauseRecord.parse(await Body?.transformToString());
    return { by, at: Date.parse(at), reason };
  } catch (error) {
    return { ...unread, reason: `its record ${key} cannot be read: ${(error as Error).message}` };
  }
}

/** @returns false if a pause of the variant, or of everything, exists already; it stays */
export async function writePause(bucket: string, scope: string, { by, at, reason }: Pause): Promise<boolean> {
  const Body = JSON.stringify({ by, at: iso(at), reason });
  try {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(scope), Body, IfNoneMatch: "*" }));
    return true;
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === "PreconditionFailed") return false;
    throw error;
  }
}

/** Ends a pause. If there is none, nothing happens. */
export async function deletePause(bucket: string, scope: string): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(scope) }));
}

function keyOf(scope: string): string {
  return `${prefix}${scope === everything ? everythingKey : scope}`;
}

function scopeOf(key: string): string {
  const name = key.slice(prefix.length);
  return name === everythingKey ? everything : name;
}
