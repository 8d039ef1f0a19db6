import { sumBy } from "es-toolkit";
import { iso } from "../../config/time.ts";
import { type FastLaunch, type FastLaunches, fastLaunchOf, hasFailed, isRecorded, shownOf } from "../fast-launches.ts";
import type { Image } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { whyPaused } from "../pauses.ts";
import type { VariantState } from "../variant-state.ts";
import { askedAgainAt, failureOf } from "./failures.ts";
import { type Need, needOf, needOfUnlisted } from "./needs.ts";
import { wantedImages } from "./wanted.ts";

/** What becomes of an image's Fast Launch now. `until` is in milliseconds since the epoch. */
export type FastLaunchDecision = {
  image: string;
  variant: string;
  /** What EC2 shows; undefined if the image has none or that is unknown. */
  shown: FastLaunch | undefined;
  reasons: string[];
} & (
  | { decision: "enable" | "disable" | "on" | "left" }
  | { decision: "wait"; for: "aws" | "quota" | "pause"; until: number | undefined }
);

type Known = Extract<FastLaunches, { state: "known" }>;

/**
 * Rule 18: the decision about each image that is to have Fast Launch, in the order of the queue, and then about each one
 * that has it without being wanted. Empty without the policy.
 */
export function decideFastLaunches(world: IndexedWorld, states: readonly VariantState[]): FastLaunchDecision[] {
  const { fastLaunch: all } = world;
  if (!world.configuration.policies.fastLaunch || !all) return [];
  const wanted = wantedImages(world, states);
  if (all.state === "unknown")
    return wanted.map(({ image: { id: image, variant } }) => ({
      image,
      variant,
      shown: undefined,
      decision: "wait",
      for: "aws",
      until: undefined,
      reasons: [`it is unknown what has Fast Launch: ${all.why}`],
    }));
  const queue = enabling(world, all, wanted);
  const queued = queue.filter((one) => one.decision === "wait" && one.for === "quota").length;
  const isWanted = new Set(wanted.map(({ image }) => image.id));
  return [...queue, ...disabling(world, all, { isWanted, queued })];
}

/** When EC2 is asked again after a failure, in milliseconds since the epoch. */
type AskedAgainAt = (shown: FastLaunch) => number;

/** What is to have it, within the quota, which all images of the account share. */
export function enabling(
  world: IndexedWorld,
  all: Known,
  wanted: readonly { image: Pick<Image, "id" | "variant">; why: string }[],
  againAt: AskedAgainAt = askedAgainAt,
): FastLaunchDecision[] {
  const { maxParallelLaunches = 0, quota = 0 } = world.configuration.policies.fastLaunch ?? {};
  let taken = sumBy(Object.values(all.images), (one) => one.maxParallelLaunches);
  let isFull = false;
  return wanted.map(({ image: { id: image, variant }, why }): FastLaunchDecision => {
    const shown = fastLaunchOf(all, image);
    const about = { image, variant, shown };
    const isOn = /^enabl(ed|ing)$/.test(shownOf(all, image)?.state ?? "");
    if (isOn) return { ...about, decision: "on", reasons: [why] };
    const waits = whyNotNow(world, variant, shown, againAt);
    if (waits) return { ...about, decision: "wait", ...waits, reasons: [why, ...waits.reasons] };
    // Snapshots that could not be removed must be gone before EC2 enables it again.
    if (shown?.state === "disabling-failed")
      return { ...about, decision: "disable", reasons: [why, "what is left of it goes first"] };
    const more = Math.max(0, maxParallelLaunches - (shown?.maxParallelLaunches ?? 0));
    isFull ||= taken + more > quota;
    if (isFull && more > 0) {
      const reasons = [why, `${taken} of the ${quota} parallel launches of the account are taken`];
      return { ...about, decision: "wait", for: "quota", until: undefined, reasons };
    }
    taken += more;
    return { ...about, decision: "enable", reasons: [why, ...(shown ? [described(shown)] : [])] };
  });
}

/** Why nothing is asked of EC2 now; undefined if it may be. */
function whyNotNow(world: IndexedWorld, variant: string, shown: FastLaunch | undefined, againAt: AskedAgainAt) {
  const paused = whyPaused(world, variant);
  if (paused) return { for: "pause" as const, until: undefined, reasons: [paused] };
  return shown && whyAwsIsLeft(world, shown, againAt);
}

/** Why EC2 is asked nothing more about the image now; undefined if it may be. */
export function whyAwsIsLeft({ now }: IndexedWorld, shown: FastLaunch, againAt: AskedAgainAt = askedAgainAt) {
  if (shown.state === "disabling")
    return { for: "aws" as const, until: undefined, reasons: ["EC2 still removes its snapshots"] };
  const again = hasFailed(shown) ? againAt(shown) : 0;
  return again > now ? { for: "aws" as const, until: again, reasons: [described(shown)] } : undefined;
}

interface Queue {
  isWanted: ReadonlySet<string>;
  /** How many images wait for the quota. */
  queued: number;
}

/** What is not wanted, oldest first. For each image that waits for the quota, one that only a rollback needs goes, too. */
function disabling(world: IndexedWorld, all: Known, { isWanted, queued }: Queue): FastLaunchDecision[] {
  const images = world.imagesById();
  let spares = queued;
  const others = Object.keys(all.images)
    .filter((image) => !isWanted.has(image))
    .flatMap((image) => fastLaunchOf(all, image) ?? []);
  const known = others
    .map((shown) => ({ shown, own: images.get(shown.image) }))
    .filter(({ shown, own }) => own !== undefined || isRecorded(all, shown.image))
    .toSorted((a, b) => (a.own?.createdAt ?? 0) - (b.own?.createdAt ?? 0));
  return known.map(({ shown, own }): FastLaunchDecision => {
    const { image } = shown;
    const about = { image, variant: own?.variant ?? all.recorded[image] ?? "", shown };
    const need: Need = own ? needOf(world, all, own) : needOfUnlisted(world, image, about.variant);
    if (need.need === "kept" && !(need.isSpare && spares > 0))
      return { ...about, decision: isRecorded(all, image) ? "on" : "left", reasons: [need.why] };
    if (need.need === "kept") spares -= 1;
    const reasons = need.need === "kept" ? [need.why, "what channels hold needs the quota"] : [need.why];
    const paused = own?.revoked ? undefined : whyPaused(world, about.variant);
    if (paused) return { ...about, decision: "wait", for: "pause", until: undefined, reasons: [...reasons, paused] };
    // A failed enabling delays nothing: to disable it removes what it left behind.
    const waits = shown.state.startsWith("disabling") ? whyAwsIsLeft(world, shown) : undefined;
    if (waits) return { ...about, decision: "wait", ...waits, reasons: [...reasons, ...waits.reasons] };
    return { ...about, decision: "disable", reasons };
  });
}

/** `enabling-failed since 2026-11-04T12:00:00.000Z (quota): LimitExceeded` */
function described(shown: FastLaunch): string {
  const { state, since, reason } = shown;
  const failure = hasFailed(shown) ? ` (${failureOf(shown)})` : "";
  return `${state}${since === undefined ? "" : ` since ${iso(since)}`}${failure}: ${reason ?? "AWS gives no reason"}`;
}
