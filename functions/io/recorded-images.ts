import type { Environment } from "../config/environment.ts";
import { withRecords } from "../domain/recorded-images.ts";
import type { ImageWorld } from "../domain/world.ts";
import { readTaggedImages } from "./images.ts";
import { readRecords } from "./records.ts";

/**
 * The images of a stage, or of one of its variants, as far as records confirm their tags. If the records cannot be read,
 * no claim counts.
 *
 * The records are read after the tags. Whoever writes a tag has written its record before, so a tag that was read has
 * its record in what is read now, unless it is forged.
 */
export async function readImages(
  { STAGE, BUCKET }: Pick<Environment, "STAGE" | "BUCKET">,
  variant?: string,
): Promise<Pick<ImageWorld, "images" | "unreadable">> {
  const images = await readTaggedImages(STAGE, variant);
  try {
    return { images: withRecords(images, await readRecords(BUCKET)) };
  } catch (error) {
    return { images: withRecords(images, {}), unreadable: `reading records: ${(error as Error).message}` };
  }
}
