import type { Policies } from "../../config/policies.ts";
import { day, hour, minute } from "../../config/time.ts";
import type { Purpose } from "../build-orders.ts";
import { type Failure, kindOf } from "../failures.ts";
import { subnetsOf } from "../subnets.ts";
import { maxProofAttempts } from "../unproved-image.ts";

/** A build that ended without a result. */
export interface EndedRun {
  purpose: Purpose;
  status: "failed" | "stopped";
  failure: Failure | undefined;
  /** Milliseconds since the epoch. */
  endedAt: number;
  /** The image that the run made or booted, and left without a result of its proof. */
  unproved: string | undefined;
}

const firstRetryWait = 15 * minute;
const maxWait = 6 * hour;
/** What has failed this often in a transient way is tried once a day: each attempt costs two machines. */
const failuresUntilDaily = 8;
const maxDeterministic = 3;
/** At least this many attempts are made at what is refused. */
const minRefused = 2;
/** After this many images of the same inputs that could not be proved, the service waits until an input changes. */
const maxUnprovedImages = 3;
/** Subscribers are notified of transient failures from this many in a row on. */
export const transientFailuresToReport = 3;

/** When failed inputs may be built again (rule 6). `at` is in milliseconds since the epoch. */
export type Retry = { when: "at"; at: number; why: string } | { when: "never"; why: string };

/**
 * When the same inputs may be built again. All of their runs say whether that is over, because a proof of their image
 * can still run and fail after it; the last one says how long the next waits.
 * @param runs their builds and proofs since the last success, oldest first; at least one
 */
export function retryOf(runs: readonly EndedRun[], network: Policies["network"]): Retry {
  const last = runs.at(-1) as EndedRun;
  const over = whyOver(runs, network);
  if (over !== undefined) return { when: "never", why: over };
  const count = failuresLike(runs, last);
  const what = describeFailures(count, last);
  if (kindOf(last.failure) === "transient") {
    const wait = count < failuresUntilDaily ? Math.min(firstRetryWait * 2 ** (count - 1), maxWait) : day;
    return { when: "at", at: last.endedAt + wait, why: `${what}, a class that may disappear without a change` };
  }
  return { when: "at", at: last.endedAt + Math.min(firstRetryWait * 4 ** (count - 1), maxWait), why: what };
}

function whyOver(runs: readonly EndedRun[], network: Policies["network"]): string | undefined {
  const stopped = runs.find(({ status }) => status === "stopped");
  if (stopped) return `a person stopped a ${stopped.purpose === "prove" ? "proof" : stopped.purpose} of these inputs`;
  const unproved = imagesGivenUp(runs).length;
  if (unproved >= maxUnprovedImages) return `${unproved} images of these inputs could not be proved`;
  const spent = runs.findLast((run) => failuresLike(runs, run) >= limitOf(run, network));
  return spent && describeFailures(failuresLike(runs, spent), spent);
}

function limitOf({ purpose, failure }: EndedRun, network: Policies["network"]): number {
  const kind = kindOf(failure);
  if (kind === "transient") return Number.POSITIVE_INFINITY;
  return kind === "deterministic" ? maxDeterministic : maxRefused(purpose, network);
}

function describeFailures(count: number, { failure }: EndedRun): string {
  return `${count === 1 ? "the build" : `${count} builds`} of these inputs failed (${failure?.class ?? "unknown"})`;
}

function failuresLike(runs: readonly EndedRun[], one: EndedRun): number {
  return runs.filter((run) => run.status === "failed" && isAlike(run, one)).length;
}

/**
 * Whether subscribers are notified of the last of these failures: of a transient one from the third on, of every other
 * one.
 */
export function isWorthReporting(runs: readonly EndedRun[]): boolean {
  const last = runs.at(-1);
  if (last?.status !== "failed") return false;
  if (kindOf(last.failure) !== "transient") return true;
  return failuresLike(runs, last) >= transientFailuresToReport;
}

/**
 * A refusal may be about one zone, such as an instance type that it does not offer, so each subnet is tried once. An
 * image's proof is tried where its build has started an instance already.
 */
function maxRefused(purpose: Purpose, network: Policies["network"]): number {
  return purpose === "prove" ? maxProofAttempts : Math.max(minRefused, subnetsOf(network).length);
}

/** A refused build says nothing about its proof: each starts an instance of its own, perhaps in another subnet. */
function isAlike(run: EndedRun, last: EndedRun): boolean {
  const kind = kindOf(run.failure);
  return kind === kindOf(last.failure) && (kind !== "permanent" || run.purpose === last.purpose);
}

/** The images that are given up: proved in vain as often as rule 11 allows, or followed by another image. */
function imagesGivenUp(runs: readonly EndedRun[]): string[] {
  const images = [...new Set(runs.flatMap(({ unproved }) => unproved ?? []))];
  const proofs = runs.filter(({ purpose, unproved }) => purpose === "prove" && unproved === images.at(-1));
  return proofs.length >= maxProofAttempts ? images : images.slice(0, -1);
}
