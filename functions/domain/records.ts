import type { ChannelName } from "../config/channel-names.ts";
import { clip, oneLine } from "../config/clip.ts";
import { iso } from "../config/time.ts";
import { canonical, clipTag, inputNames, type RecordedInputs, sha256 } from "./inputs.ts";

/**
 * Records prove what tags claim, or keep what no tag says: pauses, what channels have held, what a revocation has
 * disabled, and orders. Whoever may tag an image can write any tag; a record is an object in the bucket that
 * only the service's own roles may write (infra/records.ts). Each kind has one writer, but revocations have two: the
 * functions `api` and `reconcile`. Nobody may delete a record, but for a pause, which `api` deletes to end it. What a
 * record says is in its key, so that a listing is enough.
 */
export interface StoredRecord {
  /** The first folder below {@link recordsPrefix}: `proofs`, `approvals` … */
  kind: string;
  /** The rest of the key: `ami-0123456789abcdef0/made-…`. */
  name: string;
  /** When it was written, in milliseconds since the epoch, as S3 says. S3 counts whole seconds. */
  at: number;
}

/** All records by kind. */
export type Records = Readonly<Partial<Record<string, readonly StoredRecord[]>>>;

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
export type TagRecordKind = "approvals" | "publications" | "exemptions" | "revocations" | "retirements" | "withdrawals";

/** Kinds of an image's records whose key holds the hash of a text: a tag's value, or of `disablings` the time. */
export type HashedRecordKind = TagRecordKind | "disablings";

/**
 * The key, without {@link recordsPrefix}, of the record that a tag of an image has this value.
 * @param about what the image may have several of: the channel of a publication; or {@link ending}
 */
export function tagRecord(kind: HashedRecordKind, image: string, value: string, about?: string): string {
  return `${kind}/${image}/${about === undefined ? "" : `${about}-`}${sha256(value)}`;
}

/** What {@link tagRecord} is about if the record ends what earlier ones of its kind say. */
export const ending = "ended";

/** The key of the record by which a person endorses such a claim of an image from before records. */
export function endorsement(record: string): string {
  const [kind, image, name] = record.split("/");
  return `adoptions/${image}/${kind}-${name}`;
}

/** As {@link tagRecord}, for a revocation of which only the hash of the tag's value is known, or the end of one. */
export function revocationRecord(kind: "revocations" | "unrevocations", image: string, hash: string): string {
  return `${kind}/${image}/${hash}`;
}

/** The key, without {@link recordsPrefix}, of the record that a channel was read while it held a write of the image. */
export function holdingRecord(image: string, channel: ChannelName): string {
  return `holdings/${image}/${channel}`;
}

/** Characters of AWS's words in a key. S3 allows 1,024 bytes, and each may take nine. */
const maxWords = 90;

/** AWS's words, clipped, as a part of a key. */
export function wordsInKey(words: string): string {
  return encodeURIComponent(clip(oneLine(words), maxWords));
}

export function wordsFromKey(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "its record cannot be read";
  }
}

/**
 * What a build and its proof record of an image: `made` right after it exists, then what its proof has found. Without
 * the result `made`, or an adoption, an image was not made here.
 */
export type ProofResult = "made" | "passed" | "failed";

/**
 * SHA-256, in hex, of what an image claims to be: its variant and its inputs, as tags can hold them. A record that
 * names it does not fit the same image with another variant or input.
 */
export function identityOf(variant: string, inputs: RecordedInputs): string {
  const held = inputNames.flatMap((name) => (inputs[name] === undefined ? [] : [[name, clipTag(inputs[name])]]));
  return sha256(JSON.stringify([variant, canonical(Object.fromEntries(held))]));
}

const proofRecordName = /^(made|passed|failed)-([0-9a-f]{64}|none)-([0-9a-f]{64})$/;

/** Stands for the token of an adopted image whose tags have none. */
const noToken = "none";

/**
 * The key, without {@link recordsPrefix}, of a record of what a build or an adoption says about an image.
 * buildspec/records.sh writes the same keys.
 */
export function proofRecord(
  kind: "proofs" | "adoptions",
  image: string,
  { result, token, identity }: { result: ProofResult; token: string | undefined; identity: string },
): string {
  return `${kind}/${image}/${result}-${token ?? noToken}-${identity}`;
}

/** Reads the last part of such a key. */
export function proofFromRecord(
  name: string,
): { result: ProofResult; token: string | undefined; identity: string } | undefined {
  const [, result, token = "", identity = ""] = proofRecordName.exec(name) ?? [];
  return result === undefined
    ? undefined
    : { result: result as ProofResult, token: token === noToken ? undefined : token, identity };
}
