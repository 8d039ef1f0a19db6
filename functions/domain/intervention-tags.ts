import { iso } from "../config/time.ts";
import { maxTagValueLength } from "./inputs.ts";

/** A person's decision about an image, as a tag on the image records it. */
export interface Intervention {
  reason: string;
  /** ARN of the caller, or {@link directInvocation}; undefined if a person wrote the tag by hand. */
  by: string | undefined;
  /** Milliseconds since the epoch; undefined if a person wrote the tag by hand. */
  at: number | undefined;
}

/** Replaces the caller's ARN if the function was invoked without its URL: then only CloudTrail knows the caller. */
export const directInvocation = "direct invocation, see CloudTrail";

/**
 * The tag's value, on one line: `2026-11-22T20:00:00.000Z arn:aws:iam::123456789012:user/ann containers lose their
 * network`
 */
export function interventionToTag({ at, by, reason }: Required<Intervention> & { at: number; by: string }): string {
  return `${iso(at)} ${by} ${reason.replace(/[\p{Cc}\s]+/gu, " ")}`;
}

/** By how many characters a tag's value exceeds EC2's limit; 0 if it fits. */
export function excessOf(tag: string): number {
  return Math.max(0, tag.length - maxTagValueLength);
}

const pattern = new RegExp(`^(\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z) (arn:\\S+|unknown|${directInvocation}) (.+)$`, "s");

/** Reads a tag. A text of another shape was written by hand and is the reason; an empty one is no intervention. */
export function interventionFromTag(value: string | undefined): Intervention | undefined {
  if (!value?.trim()) return undefined;
  const [, time = "", by, reason] = pattern.exec(value) ?? [];
  const at = Date.parse(time);
  return reason === undefined || Number.isNaN(at)
    ? { reason: value.trim(), by: undefined, at: undefined }
    : { reason, by, at };
}
