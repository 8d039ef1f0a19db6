import { type ChannelName, isChannelName } from "../config/channel-names.ts";
import type { FastLaunchRecords } from "./fast-launch-records.ts";
import { placeFastLaunchesIn } from "./place-fast-launch-records.ts";
import { type Records, type StoredRecord, wordsFromKey, wordsInKey } from "./records.ts";

/** What the records say about one of home's images in one place. Times are milliseconds since the epoch, as S3 says. */
export interface PlacedImage {
  /** The images that CopyImage answered, latest first. */
  copies: readonly { id: string; at: number }[];
  /** When the image was last shared with the place; undefined if it is not, or no more. */
  sharedAt?: number | undefined;
  /** When it was last taken back from the place; undefined if it never was, or has been shared since. */
  unsharedAt?: number | undefined;
  /** When the image was last written to a channel of the place, accepted or not. */
  written: Partial<Record<ChannelName, number>>;
  /** The results of its proofs there, latest first. */
  proofs: readonly PlaceProof[];
  /** AWS's last refusal to copy or share, unless it has done so since. */
  refused?: PlaceRefusal | undefined;
}

export interface PlaceProof {
  result: "passed" | "failed";
  /** Of the build. */
  token: string;
  at: number;
}

export interface PlaceRefusal {
  of: "copy" | "share";
  /** AWS's words, clipped. */
  reason: string;
  at: number;
}

/** What the records say about one place. */
export interface PlaceHistory {
  /** By the ID of home's image. */
  images: Readonly<Record<string, PlacedImage>>;
  /** Since when the place has not answered, in milliseconds since the epoch; undefined if it did when last asked. */
  unseenSince: number | undefined;
  /** Of Fast Launch there, by the IDs of images there; undefined if no records were read. */
  fastLaunched?: FastLaunchRecords;
  /** When it last began to answer again, and since when it had not; undefined if it never has. */
  back?: { at: number; since: number } | undefined;
}

export interface PlaceRecords {
  /** By place. */
  histories: Readonly<Record<string, PlaceHistory>>;
  /** When the service last disabled a copy for good, by the copy's ID, in milliseconds since the epoch. */
  retired: Readonly<Record<string, number>>;
  /** When a person was seen to have enabled a copy again, by the copy's ID: from then on retention leaves it alone. */
  released: Readonly<Record<string, number>>;
}

export const noPlaceRecords: PlaceRecords = { histories: {}, retired: {}, released: {} };
export const noPlaceHistory: PlaceHistory = { images: {}, unseenSince: undefined };

/** The key, without the prefix of records, of the record that CopyImage answered with this image. */
export function copyRecord(image: string, place: string, copy: string): string {
  return `copies/${image}/${place}_${copy}`;
}

/**
 * The key, without the prefix of records, of the record that the image was shared with a place, or is shared no more.
 * The first is written before, the second afterwards. Written again, it counts again.
 */
export function shareRecord(kind: "shares" | "unshares", image: string, place: string): string {
  return `${kind}/${image}/${place}`;
}

/** The key, without the prefix of records, of the record that the image is about to be written to a place's channel. */
export function placeWriteRecord(image: string, place: string, channel: ChannelName): string {
  return `place-publications/${image}/${place}_${channel}`;
}

/** The key, without the prefix of records, of a proof in a place. buildspec/records.sh writes the same keys. */
export function placeProofRecord(image: string, place: string, { result, token }: Omit<PlaceProof, "at">): string {
  return `place-proofs/${image}/${place}_${result}-${token}`;
}

/** The key, without the prefix of records, of the record that AWS refused to copy or to share, in AWS's words. */
export function placeRefusalRecord(image: string, place: string, of: PlaceRefusal["of"], words: string): string {
  return `place-refusals/${image}/${place}_${of}_${wordsInKey(words)}`;
}

/**
 * What became of a copy: it is about to be disabled, the service has enabled it again, or a person has. The last two end
 * what the first began, so that a copy that a person disables later is not taken for one that the service did.
 */
export type Retirement = "disabled" | "enabled" | "released";

/** The key, without the prefix of records, of the record of a copy's retirement or its end. */
export function placeRetirementRecord(copy: string, what: Retirement): string {
  return `place-retirements/${copy}/${what}`;
}

/** The key, without the prefix of records, of the record that a place answers no more, or again. */
export function placeSightRecord(place: string, sight: "lost" | "found"): string {
  return `place-sights/${place}/${sight}`;
}

const nothing: PlacedImage = { copies: [], written: {}, proofs: [] };

/** What the records say about these places. */
export function placeRecordsIn(records: Records, places: readonly { name: string }[]): PlaceRecords {
  if (places.length === 0) return noPlaceRecords;
  const images = new Map(places.map(({ name }) => [name, new Map<string, PlacedImage>()]));
  const edit = (place: string, image: string, change: (before: PlacedImage) => PlacedImage): void => {
    const own = images.get(place);
    own?.set(image, change(own.get(image) ?? nothing));
  };
  for (const { image, place, rest, at } of about(records.copies))
    edit(place, image, (before) => ({
      ...before,
      copies: latestFirst([...before.copies, { id: rest, at }]),
    }));
  for (const { image, place, at } of about(records.shares))
    edit(place, image, (before) => ({ ...before, sharedAt: at }));
  for (const { image, place, at } of about(records.unshares))
    edit(place, image, (before) =>
      (before.sharedAt ?? 0) > at ? before : { ...before, sharedAt: undefined, unsharedAt: at },
    );
  for (const { image, place, rest, at } of about(records["place-publications"]))
    if (isChannelName(rest))
      edit(place, image, (before) => ({ ...before, written: { ...before.written, [rest]: at } }));
  for (const { image, place, rest, at } of about(records["place-proofs"])) {
    const [, result, token = ""] = /^(passed|failed)-([0-9a-f]{64})$/.exec(rest) ?? [];
    if (result)
      edit(place, image, (before) => ({
        ...before,
        proofs: latestFirst([...before.proofs, { result: result as PlaceProof["result"], token, at }]),
      }));
  }
  for (const { image, place, rest, at } of about(records["place-refusals"])) {
    const [, of, words = ""] = /^(copy|share)_(.*)$/.exec(rest) ?? [];
    if (of)
      edit(place, image, (before) =>
        Math.max(before.refused?.at ?? 0, before.copies[0]?.at ?? 0) > at
          ? before
          : { ...before, refused: { of: of as PlaceRefusal["of"], reason: wordsFromKey(words), at } },
      );
  }
  const sights = new Map((records["place-sights"] ?? []).map(({ name, at }) => [name, at]));
  return {
    histories: Object.fromEntries(
      places.map(({ name }) => {
        const lost = sights.get(`${name}/lost`);
        const found = sights.get(`${name}/found`) ?? 0;
        return [
          name,
          {
            images: Object.fromEntries(images.get(name) ?? []),
            fastLaunched: placeFastLaunchesIn(records, name),
            unseenSince: lost !== undefined && lost > found ? lost : undefined,
            ...(lost !== undefined && lost <= found && { back: { at: found, since: lost } }),
          },
        ];
      }),
    ),
    ...retirementsIn(records["place-retirements"]),
  };
}

function retirementsIn(records: readonly StoredRecord[] = []): Pick<PlaceRecords, "retired" | "released"> {
  const at = (what: Retirement) =>
    new Map(records.flatMap(({ name, at }) => (name.endsWith(`/${what}`) ? [[name.split("/", 1)[0] ?? "", at]] : [])));
  const [disabled, enabled, released] = [at("disabled"), at("enabled"), at("released")];
  return {
    retired: Object.fromEntries(
      [...disabled].filter(([copy, time]) => time > Math.max(enabled.get(copy) ?? 0, released.get(copy) ?? 0)),
    ),
    released: Object.fromEntries(released),
  };
}

function latestFirst<T extends { at: number }>(all: T[]): T[] {
  return all.toSorted((a, b) => b.at - a.at);
}

/** The other accounts with which this service shares an image, by the records. */
export function accountsSharedWith(
  { histories }: PlaceRecords,
  places: readonly { name: string; account?: string | undefined }[],
  image: string,
): string[] {
  return places.flatMap(({ name, account }) =>
    histories[name]?.images[image]?.sharedAt === undefined ? [] : (account ?? []),
  );
}

interface About {
  image: string;
  place: string;
  rest: string;
  at: number;
}

/** `ami-…/eu_ami-…`; neither the ID of an image nor the name of a place has an underscore. */
function about(records: readonly StoredRecord[] = []): About[] {
  return records.flatMap(({ name, at }) => {
    const [, image = "", place = "", rest = ""] = /^([^/]+)\/([^_/]+)(?:_(.*))?$/.exec(name) ?? [];
    return image === "" ? [] : [{ image, place, rest, at }];
  });
}
