import { median } from "es-toolkit";
import type { Policies } from "../config/policies.ts";
import { type Image, isNewer, newestFirst } from "./images.ts";
import { describeStart } from "./measures.ts";

// Rule 19: what is usual for a variant, and which image starts slower. Pure; what follows for channels is in publishing/.

/** With how many published images an image is compared at most. */
const compared = 5;

/** With fewer there is no judgement: one odd start would decide. */
const fewest = 3;

/** A start that is longer than `policies.slowStart.factor` times the usual one. Both in milliseconds. */
export interface SlowStart {
  start: number;
  /** The median of the published images before it. */
  usual: number;
}

type Policy = Policies["slowStart"];

/** The images that a channel has held, newest first. A write that was never read back does not count. */
export function publishedOf(images: readonly Image[]): Image[] {
  return newestFirst(images.filter(({ held }) => Object.keys(held).length > 0));
}

/**
 * How long the variant's images usually take to start: the median of the last five published ones that were measured,
 * in milliseconds; undefined if there are fewer than three.
 * @param images those of one variant
 * @param before only older ones count; all, if it is not given
 */
export function usualStart(images: readonly Image[], before?: Pick<Image, "createdAt" | "id">): number | undefined {
  const starts = publishedOf(images)
    .filter((image) => before === undefined || isNewer(before, image))
    .flatMap(({ measured }) => measured.start ?? [])
    .slice(0, compared);
  return starts.length < fewest ? undefined : median(starts);
}

/** How the image is slow; undefined if it is not, or if there is nothing to judge by. */
export function slowStartOf({ factor }: Policy, images: readonly Image[], image: Image): SlowStart | undefined {
  const { start } = image.measured;
  if (start === undefined) return undefined;
  const usual = usualStart(images, image);
  return usual !== undefined && start > factor * usual ? { start, usual } : undefined;
}

/**
 * The longest start, in whole seconds, that is surely not slow; a build measures a longer one again. Undefined if there
 * is nothing to compare with.
 */
export function slowStartSeconds(
  { factor }: Policy,
  images: readonly Image[],
  before?: Pick<Image, "createdAt" | "id">,
): number | undefined {
  const usual = usualStart(images, before);
  return usual === undefined ? undefined : Math.max(1, Math.floor((factor * usual) / 1_000));
}

/** `starts in 6 m 10 s, 1.8 times the usual 3 m 25 s` */
export function describeSlowStart({ start, usual }: SlowStart): string {
  return `starts in ${describeStart(start)}, ${(start / usual).toFixed(1)} times the usual ${describeStart(usual)}`;
}
