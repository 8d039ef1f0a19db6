import { maxBy, partition } from "es-toolkit";
import { channelNames } from "../config/channel-names.ts";
import type { Image } from "./images.ts";
import { ending, type StoredRecord } from "./records.ts";

// States of an image that no tag tells, only its records.

/** An image's records by kind, without its ID. */
export type OwnRecords = (kind: string) => readonly StoredRecord[];

/** Which channels have held the image, and when that was last recorded. Who adopts an image vouches for its tags. */
export function heldIn(own: OwnRecords): Image["held"] {
  const recorded = [...own("holdings"), ...own("adoptions")];
  return Object.fromEntries(
    channelNames.flatMap((channel) => {
      const of = recorded.filter(({ name }) => name === channel || name.startsWith(`publications-${channel}-`));
      return of.length > 0 ? [[channel, Math.max(...of.map(({ at }) => at))]] : [];
    }),
  );
}

/** Whether a revocation has disabled the image, and it has not been restored since. */
export function isDisabledByRevocation(own: OwnRecords): boolean {
  const ends = own("withdrawals").filter(isEnd);
  return own("disablings").some(({ at }) => ends.every((end) => end.at <= at));
}

/** When the last restoration after a revocation was recorded, in milliseconds since the epoch. */
export function restoredAtIn(own: OwnRecords): number | undefined {
  return maxBy(own("withdrawals").filter(isEnd), ({ at }) => at)?.at;
}

/** Whether retention disables or has disabled the image, and nothing has ended that since. */
export function isRetirementRecorded(own: OwnRecords): boolean {
  const [ended, begun] = partition(own("retirements"), isEnd);
  const ends = [...ended, ...own("exemptions")];
  // Of records of the same second the end counts as later: otherwise a withdrawal right after would begin no grace.
  return begun.some(({ at }) => ends.every((end) => end.at < at));
}

function isEnd({ name }: StoredRecord): boolean {
  return name.startsWith(`${ending}-`);
}
