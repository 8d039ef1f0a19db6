import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";
import * as z from "zod";
import { JsonText } from "../config/json.ts";
import { iso } from "../config/time.ts";
import { everything, type Pause, type Pauses } from "../domain/pauses.ts";
import { type Records, recordsPrefix, type StoredRecord } from "../domain/records.ts";
import { readRecords } from "./records.ts";
import { s3 } from "./s3-client.ts";

/** Pauses are of variants, holds of fleets. */
export type PauseKind = "pauses" | "holds";

/** Stands for everything in a key. No variant can have this name. */
const everythingKey = "_everything";

/** An object's content. Its time is for people: S3's own one counts. */
const PauseRecord = JsonText.pipe(z.object({ by: z.string(), reason: z.string() }));

/**
 * All pauses, or all holds. A record that cannot be read is a pause without a reason, because a person wanted one,
 * unless a second listing shows that it has ended meanwhile.
 * @param records what a listing of all records has found; undefined to list those of the kind now
 * @throws Error if they could not be listed
 */
export async function readPauses(bucket: string, records?: Records, kind: PauseKind = "pauses"): Promise<Pauses> {
  const { [kind]: found = [] } = records ?? (await readRecords(bucket, kind));
  const read = await Promise.all(found.map((record) => readPause(bucket, kind, record)));
  const isUnread = read.some(([, { by }]) => by === undefined);
  const remaining = isUnread ? ((await readRecords(bucket, kind))[kind] ?? []).map(({ name }) => name) : [];
  return Object.fromEntries(
    read
      .filter(([name, { by }]) => by !== undefined || remaining.includes(name))
      .map(([name, pause]) => [name === everythingKey ? everything : name, pause]),
  );
}

async function readPause(bucket: string, kind: PauseKind, { name, at }: StoredRecord): Promise<[name: string, Pause]> {
  const key = `${recordsPrefix}${kind}/${name}`;
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return [name, { ...PauseRecord.parse(await Body?.transformToString()), at }];
  } catch (error) {
    const reason = `its record ${key} cannot be read: ${(error as Error).message}`;
    return [name, { by: undefined, at, reason }];
  }
}

/** S3's answers if an object exists already, and if another write or deletion of it is under way (conditional writes). */
const existed = new Set(["PreconditionFailed", "ConditionalRequestConflict"]);

/** @returns false if a pause of the variant, or of everything, exists already; it stays */
export async function writePause(
  bucket: string,
  scope: string,
  { by, at, reason }: Pause,
  kind: PauseKind = "pauses",
): Promise<boolean> {
  const Body = JSON.stringify({ by, at: iso(at), reason });
  try {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(kind, scope), Body, IfNoneMatch: "*" }));
    return true;
  } catch (error) {
    if (error instanceof S3ServiceException && existed.has(error.name)) return false;
    throw error;
  }
}

/** Ends a pause. If there is none, nothing happens. */
export async function deletePause(bucket: string, scope: string, kind: PauseKind = "pauses"): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(kind, scope) }));
}

function keyOf(kind: PauseKind, scope: string): string {
  return `${recordsPrefix}${kind}/${scope === everything ? everythingKey : scope}`;
}
