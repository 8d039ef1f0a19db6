import { directInvocation } from "../api/direct-calls.ts";
import { iso } from "../config/time.ts";
import { longestTagValue } from "./inputs.ts";

/** What a person decided about an image, as a tag on it records it. */
export interface Intervention {
  reason: string;
  /** ARN of who decided, or that nobody vouches for one; undefined where somebody wrote the tag by hand. */
  by: string | undefined;
  /** Milliseconds since the epoch; undefined where somebody wrote the tag by hand. */
  at: number | undefined;
}

/** The tag's value: `2026-11-22T20:00:00.000Z arn:aws:iam::123456789012:user/ann containers lose their network`, on one line. */
export function interventionToTag({ at, by, reason }: Required<Intervention> & { at: number; by: string }): string {
  return `${iso(at)} ${by} ${reason.replace(/[\p{Cc}\s]+/gu, " ")}`;
}

/** By how many characters a tag's value is too long for EC2; none where it fits. */
export function excessOf(tag: string): number {
  return Math.max(0, tag.length - longestTagValue);
}

const pattern = new RegExp(`^(\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z) (arn:\\S+|unknown|${directInvocation}) (.+)$`, "s");

/** What a tag says. Text of another shape, written by hand, is a reason; an empty one is no intervention. */
export function interventionFromTag(value: string | undefined): Intervention | undefined {
  if (!value?.trim()) return undefined;
  const [, time = "", by, reason] = pattern.exec(value) ?? [];
  const at = Date.parse(time);
  return reason === undefined || Number.isNaN(at)
    ? { reason: value.trim(), by: undefined, at: undefined }
    : { reason, by, at };
}
