import { iso } from "../config/time.ts";
import { sha256 } from "./inputs.ts";

/**
 * Records prove what tags claim. Whoever may tag an image can write any tag; a record is an object in the bucket that
 * only one role of this service may write (infra/records.ts), and nobody may delete. What they say is in their keys, so
 * that a listing is enough.
 */
export interface StoredRecord {
  /** The key without {@link recordsPrefix} and without the kind: `ami-0123456789abcdef0/made-…`. */
  name: string;
  /** When it was written, in milliseconds since the epoch, as S3 says. S3 counts whole seconds. */
  at: number;
}

/** All records by kind, the first folder below {@link recordsPrefix}. */
export type Records = Readonly<Record<string, readonly StoredRecord[]>>;

export const recordsPrefix = "records/";

/** What a record says to a person. No decision reads it. */
export interface RecordBody {
  /** ARN of the caller, the function that decided, or that the caller is unknown. */
  by: string;
  /** ISO 8601. */
  at: string;
  reason: string;
}

export function recordBody(by: string, at: number, reason: string): RecordBody {
  return { by, at: iso(at), reason };
}

/** Kinds whose record proves the value of a tag, with that tag. */
export type TagRecordKind = "approvals" | "publications" | "exemptions" | "revocations" | "unrevocations";

/**
 * The key, without {@link recordsPrefix}, of the record that a tag of an image has this value.
 * @param about what the image may have several of: the channel of a publication
 */
export function tagRecord(kind: TagRecordKind, image: string, value: string, about?: string): string {
  return `${kind}/${image}/${about === undefined ? "" : `${about}-`}${sha256(value)}`;
}
