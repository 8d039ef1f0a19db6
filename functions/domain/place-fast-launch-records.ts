import { type FastLaunchRecords, fastLaunchRecordsIn, type Refusal } from "./fast-launch-records.ts";
import { type Records, type StoredRecord, wordsInKey } from "./records.ts";

/**
 * The key, without the prefix of records, of the record that this service has enabled an image's Fast Launch in a place.
 * It is written before EC2 is asked, each time. The ID is the one that the image has there.
 */
export function placeFastLaunchRecord(id: string, place: string): string {
  return `place-fast-launches/${id}/${place}`;
}

/** The key, without the prefix of records, of the record that EC2 refused, in its words. Written again, it counts again. */
export function placeFastLaunchRefusalRecord(id: string, place: string, of: Refusal["of"], words: string): string {
  return `place-refusals/${id}/${place}_${of}_${wordsInKey(words)}`;
}

/** What the records say about Fast Launch in one place, by the IDs of images there. */
export function placeFastLaunchesIn(records: Records, place: string): FastLaunchRecords {
  const refusals = records["place-refusals"] ?? [];
  return fastLaunchRecordsIn({
    "fast-launches": (records["place-fast-launches"] ?? []).filter(({ name }) => name.endsWith(`/${place}`)),
    "fast-launch-refusals": refusals.flatMap((record) => refusalIn(record, place)),
  });
}

/** `ami-…/ireland_enable_…` as home's record `ami-…/enable_…`. */
function refusalIn(record: StoredRecord, place: string): StoredRecord[] {
  const [id = "", ...rest] = record.name.split("/");
  const [where, ...words] = rest.join("/").split("_");
  return where === place ? [{ ...record, name: `${id}/${words.join("_")}` }] : [];
}
