import type { Measures } from "../../functions/api/image-status.ts";
import { describeSize, describeStart } from "../../functions/domain/measures.ts";

/** What builds have measured of an image, as one text; none if they have measured nothing. */
export function measuresText({ startSeconds, usedBytes }: Measures): string[] {
  const parts = [
    ...(startSeconds === null ? [] : [`starts in ${describeStart(startSeconds * 1_000)}`]),
    ...(usedBytes === null ? [] : [`${describeSize(usedBytes)} on disk`]),
  ];
  return parts.length === 0 ? [] : [parts.join(", ")];
}
