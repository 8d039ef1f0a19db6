import type { Configuration } from "../config/configuration.ts";
import type { Environment } from "../config/environment.ts";
import { type FastLaunchRecords, fastLaunchRecordsIn, noFastLaunchRecords } from "../domain/fast-launch-records.ts";
import { historiesIn } from "../domain/fleet-records.ts";
import { placeRecordsIn } from "../domain/place-records.ts";
import { recordsSince, withRecords } from "../domain/recorded-images.ts";
import { revokedByRecord } from "../domain/recorded-revocations.ts";
import { startsIn } from "../domain/starts.ts";
import type { ImageWorld } from "../domain/world.ts";
import { readTaggedImages } from "./images.ts";
import { readPauses } from "./pauses.ts";
import { readRecords } from "./records.ts";

/**
 * The images of a stage, or of one of its variants, as far as records confirm their tags, and all pauses, starts and
 * records of fleets, which the same listing finds. If the records cannot be read, no claim counts and nothing is known about these.
 *
 * The records are read after the tags. Whoever writes a tag has written its record before, so a tag that was read has
 * its record in what is read now, unless it is forged.
 */
export async function readImagesAndPauses(
  { STAGE, BUCKET }: Pick<Environment, "STAGE" | "BUCKET">,
  { variant, fleets = [], places = [] }: Partial<Pick<Configuration, "fleets" | "places">> & { variant?: string } = {},
): Promise<
  Pick<
    ImageWorld,
    "images" | "revokedByRecord" | "recordsSince" | "pauses" | "starts" | "fleetRecords" | "placeRecords" | "unreadable"
  > & {
    fastLaunched: FastLaunchRecords;
  }
> {
  const images = await readTaggedImages(STAGE, variant);
  try {
    const records = await readRecords(BUCKET);
    return {
      images: withRecords(images, records),
      revokedByRecord: revokedByRecord(records),
      recordsSince: recordsSince(records),
      starts: startsIn(records),
      fastLaunched: fastLaunchRecordsIn(records),
      pauses: await readPauses(BUCKET, records),
      placeRecords: placeRecordsIn(records, places),
      fleetRecords: {
        histories: historiesIn(records, fleets),
        holds: fleets.length > 0 ? await readPauses(BUCKET, records, "holds") : {},
      },
    };
  } catch (error) {
    return {
      images: withRecords(images, {}),
      revokedByRecord: [],
      fastLaunched: noFastLaunchRecords,
      recordsSince: undefined,
      unreadable: `reading records: ${(error as Error).message}`,
    };
  }
}
