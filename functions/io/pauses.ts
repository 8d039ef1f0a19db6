import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { JsonText } from "../config/json.ts";
import { iso } from "../config/time.ts";
import { everything, type Pause, type Pauses } from "../domain/pauses.ts";
import { type Records, recordsPrefix } from "../domain/records.ts";
import { clientSettings } from "./client-settings.ts";
import { readRecords } from "./records.ts";

const s3 = new S3Client(clientSettings);

const kind = "pauses";
const prefix = `${recordsPrefix}${kind}/`;
/** Stands for everything in a key. No variant can have this name. */
const everythingKey = "_everything";

/** An object's content. */
const PauseRecord = JsonText.pipe(z.object({ by: z.string(), at: z.iso.datetime(), reason: z.string() }));

/**
 * All pauses. A record that cannot be read is a pause without a reason: a person wanted one.
 * @param records what a listing of all records has found; undefined to list those of pauses now
 * @throws Error if they could not be listed
 */
export async function readPauses(bucket: string, records?: Records): Promise<Pauses> {
  const { [kind]: found = [] } = records ?? (await readRecords(bucket, kind));
  const pauses = await Promise.all(
    found.map(async ({ name, at }) => {
      const pause = await readPause(bucket, `${prefix}${name}`, { by: undefined, at });
      return [name === everythingKey ? everything : name, pause] as const;
    }),
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
