import type { FleetStatus, Status, VariantStatus } from "../status.ts";
import type { Tone } from "./badge.ts";
import { count } from "./words.ts";

/** How a variant or a fleet stands, in one word or two. */
export interface Condition {
  tone: Tone;
  word: string;
}

/** The first that holds, the worst first. */
export function conditionOf(variant: VariantStatus): Condition {
  const { failing, gaveUp, blockedBy, paused, running, newestImage, behindSince, channels } = variant;
  const held = Object.values(channels);
  if (held.some(({ unfit }) => unfit !== null)) return { tone: "bad", word: "holds a bad image" };
  if (failing) return { tone: "bad", word: gaveUp ? "failing, given up" : "failing" };
  if (paused !== null) return { tone: "warn", word: "paused" };
  if (blockedBy.length > 0) return { tone: "warn", word: "blocked" };
  if (running) return { tone: "busy", word: runs[running.purpose] };
  if (newestImage === null) return { tone: "warn", word: "no image yet" };
  if (behindSince !== null) return { tone: "warn", word: "behind" };
  if (waitingSlowImage(variant)) return { tone: "busy", word: "slow image waits" };
  if (soakingImage(variant)) return { tone: "busy", word: "soaking" };
  if (held.some(({ image }) => image === null)) return { tone: "warn", word: "not published" };
  if (held.some(({ behind }) => behind === null)) return { tone: "warn", word: "holds a foreign image" };
  if (held.some(({ behind }) => behind && behind.length > 0)) return { tone: "warn", word: "channel behind" };
  return { tone: "good", word: "fresh" };
}

export function imageOf({ images = [] }: VariantStatus, id: string | null) {
  return images.find(({ image }) => image === id);
}

/** The image that a channel takes as soon as it has soaked. */
export function soakingImage({ images = [], channels }: VariantStatus) {
  const ends = Object.values(channels).map(({ waitsUntil }) => waitsUntil);
  return images.find(({ soakedAt }) => soakedAt !== null && ends.includes(soakedAt));
}

/** The newest image, if channels wait for it because it starts slowly. */
export function waitingSlowImage(variant: VariantStatus) {
  const newest = imageOf(variant, variant.newestImage);
  return newest?.slowStart && variant.channels.candidate?.waitsUntil ? newest : undefined;
}

const runs = { build: "building", prove: "proving", harvest: "harvesting", "prove-place": "proving" } as const;

/** A tone for each of the words in which the service tells what it decides about a fleet. */
const fleetTones: Readonly<Record<FleetStatus["state"], Tone>> = {
  current: "good",
  running: "busy",
  roll: "busy",
  point: "busy",
  refresh: "busy",
  cancel: "warn",
  wait: "none",
  held: "warn",
  moved: "warn",
  refused: "bad",
  failed: "bad",
};

export function fleetCondition({ state, bad, rollout, hold }: FleetStatus): Condition {
  if (bad.length > 0) return { tone: "bad", word: "runs a bad image" };
  if (rollout?.stuck) return { tone: "bad", word: "stuck" };
  if (hold && state === "current") return { tone: "warn", word: "current, held" };
  if (state in fleetTones) return { tone: fleetTones[state], word: state === "running" ? "rolling out" : state };
  return { tone: "warn", word: state };
}

/**
 * The one thing to know first, as one sentence; the worst first.
 * @param isPart whether there are variants besides those of the status
 */
export function verdictOf(status: Status, isPart = false): Condition {
  const { variants, fleets, pauses, leftovers } = status;
  const conditions = variants.map(conditionOf);
  const having = (...words: string[]) => conditions.filter(({ word }) => words.includes(word)).length;
  const rollouts = fleets.filter(({ rollout }) => rollout !== null).length;
  const badFleets = fleets.filter((fleet) => fleetCondition(fleet).tone === "bad").length;
  const forged = variants.flatMap(({ images = [] }) => images).filter(({ unrecorded }) => unrecorded.length > 0).length;
  const said = [
    some(having("failing", "failing, given up"), (n) => `${n} failing`),
    some(having("holds a bad image"), (n) => `${n} with a bad image in a channel`),
    some(badFleets, (n) => `${count(n, "fleet")} in trouble`),
    some(having("blocked"), (n) => `${n} blocked`),
    some(having("behind", "channel behind"), (n) => `${n} behind`),
    some(having("no image yet"), (n) => `${n} without an image`),
    some(having("not published"), (n) => `${n} not published`),
    some(having("holds a foreign image"), (n) => `${n} with a foreign image in a channel`),
    some(having("paused"), (n) => `${n} paused`),
    some(having("building", "proving", "harvesting"), (n) => `${n} building`),
    some(having("slow image waits"), (n) => `${n} with a slow image that waits`),
    some(having("soaking"), (n) => `${n} soaking`),
    some(rollouts, (n) => `${count(n, "rollout")} under way`),
    some(forged, (n) => `${count(n, "image")} without a record`),
    some(leftovers.found.length, (n) => `${count(n, "leftover")} of killed builds`),
  ].flat();
  const fresh = having("fresh");
  if (variants.length === 0) return { tone: "none", word: withoutVariants(status) };
  const who = whoOf(variants.length, isPart);
  if (fresh === variants.length && said.length === 0) return { tone: "good", word: `${who} fresh.` };
  const all = fresh === variants.length ? `${who} fresh` : someOf(fresh, variants.length, isPart);
  const tones = [...conditions, ...fleets.map(fleetCondition)].map(({ tone }) => tone);
  const isWarned = pauses.length > 0 || forged > 0 || leftovers.found.length > 0 || tones.includes("warn");
  const tone = tones.includes("bad") ? "bad" : isWarned ? "warn" : "busy";
  return { tone, word: `${[all, ...said].join(", ")}.` };
}

function whoOf(variants: number, isPart: boolean): string {
  if (isPart)
    return variants === 1 ? "The variant on this page is" : `Of the variants on this page, all ${variants} are`;
  return variants === 1 ? "The variant is" : `All ${variants} variants are`;
}

function someOf(fresh: number, variants: number, isPart: boolean): string {
  return isPart
    ? `Of the variants on this page, ${fresh} of ${variants} fresh`
    : `${fresh} of ${count(variants, "variant")} fresh`;
}

function withoutVariants({ removedVariants }: Status): string {
  if (removedVariants.length === 0) return "No variant is configured.";
  return `${count(removedVariants.length, "variant")} removed from the configuration.`;
}

function some(number: number, say: (number: number) => string): string[] {
  return number > 0 ? [say(number)] : [];
}
