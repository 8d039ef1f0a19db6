import { iso } from "../config/time.ts";

/** A person's order to leave a variant, or everything, as it is until somebody resumes it. */
export interface Pause {
  /** ARN of the caller; undefined if the record does not say. */
  by: string | undefined;
  /** When S3 stored its record, in milliseconds since the epoch; for the call that makes the pause, its own time. */
  at: number;
  reason: string;
}

/** By variant name, or {@link everything}. */
export type Pauses = Readonly<Record<string, Pause>>;

/** Stands for all variants in a call and in notifications. No variant can have this name. */
export const everything = "*";

/**
 * Rule 15: why nothing is built, published, retired or swept for a variant now; undefined if it is not paused. What a
 * pause never stops is decided without asking: to leave a bad image, to withdraw a revoked one, and to notify.
 */
export function whyPaused({ pauses }: { pauses?: Pauses | undefined }, variant: string): string | undefined {
  const own = pauseOf(pauses, variant);
  if (own) return describePause(variant, own);
  const all = pauseOf(pauses, everything);
  return all && describePause(everything, all);
}

/** The pause of exactly this scope. Anybody can name a scope, in a call or a tag, also `constructor`. */
export function pauseOf(pauses: Pauses | undefined, scope: string): Pause | undefined {
  return pauses && Object.hasOwn(pauses, scope) ? pauses[scope] : undefined;
}

/** `everything is paused since 2026-11-04T12:00:00.000Z by arn:aws:iam::123456789012:user/ann: a bad base image` */
export function describePause(scope: string, pause: Pause): string {
  return `${describeScope(scope)} is paused ${describeOrder(pause)}`;
}

/** As {@link describePause}, for the hold of a fleet. */
export function describeHold(fleet: string, hold: Pause): string {
  return `${fleet} is held ${describeOrder(hold)}`;
}

function describeOrder({ at, by, reason }: Pause): string {
  return `since ${iso(at)} by ${by ?? "an unknown person"}: ${reason}`;
}

export function describeScope(scope: string): string {
  return scope === everything ? "everything" : scope;
}
