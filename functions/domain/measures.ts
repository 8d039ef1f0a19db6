import { maxBy } from "es-toolkit";
import { day } from "../config/time.ts";
import type { StoredRecord } from "./records.ts";

/**
 * What builds have measured of an image by booting it. It proves nothing and publishes nothing: at most a slow image
 * waits for a while (slow-starts.ts).
 */
export interface Measured {
  /** The fastest of its starts, from the launch to the end of its first container, in milliseconds. */
  start: number | undefined;
  /** Bytes that its files take on its disk, as measured last. */
  size: number | undefined;
}

/** The kind of the records that say it. */
export const measuresKind = "measures";

/** What one record says. */
export interface Measure {
  what: keyof Measured;
  /** Milliseconds or bytes. */
  value: number;
  /** Token of the order whose build has measured it. */
  token: string;
}

/** Values above these are no measurements: a proof ends long before, and EBS has no larger volume (64 TiB). */
const largest: Readonly<Record<Measure["what"], number>> = { start: day, size: 64 * 1024 ** 4 };

const recordName = /^(start|size)-([1-9]\d{0,15})-([0-9a-f]{64})$/;

/**
 * The key, without the prefix of records, of what a build has measured of an image. buildspec/ writes the same keys, one
 * for each start.
 */
export function measureRecord(image: string, { what, value, token }: Measure): string {
  return `${measuresKind}/${image}/${what}-${value}-${token}`;
}

/** What an image's records say, each named without the image. A record that cannot be a measurement is ignored. */
export function measuredIn(records: readonly Pick<StoredRecord, "name" | "at">[]): Measured {
  const all = records.flatMap(({ name, at }) => {
    const [, what, digits] = recordName.exec(name) ?? [];
    const value = Number(digits);
    return what !== undefined && value <= largest[what as Measure["what"]] ? [{ what, value, at }] : [];
  });
  const starts = all.filter(({ what }) => what === "start").map(({ value }) => value);
  const sizes = all.filter(({ what }) => what === "size");
  // S3 counts whole seconds. Of two sizes of the same second the larger one counts, in whatever order they are listed.
  const latest = maxBy(sizes, ({ at }) => at)?.at;
  const newest = sizes.filter(({ at }) => at === latest).map(({ value }) => value);
  return {
    start: starts.length > 0 ? Math.min(...starts) : undefined,
    size: newest.length > 0 ? Math.max(...newest) : undefined,
  };
}

/** `3 m 40 s` */
export function describeStart(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} m ${seconds % 60} s`;
}

/** `31.2 GiB` */
export function describeSize(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

/** `25 s slower than ami-…`, in whole seconds. */
export function compareStarts(start: number, other: { image: string; start: number }): string {
  const difference = Math.round(start / 1_000) - Math.round(other.start / 1_000);
  if (difference === 0) return `as fast as ${other.image}`;
  return `${describeStart(Math.abs(difference) * 1_000)} ${difference > 0 ? "slower" : "faster"} than ${other.image}`;
}
