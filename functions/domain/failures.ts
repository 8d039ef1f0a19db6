import { z } from "zod";
import { hour, minute } from "../config/time.ts";

/** Classes that the same inputs will meet again: another try soon is a waste. */
const deterministic = ["checksum", "template", "provision", "test", "sysprep", "proof"] as const;
/** Classes that may pass by themselves. */
const transient = [
  "capacity",
  "throttling",
  "download",
  "updates",
  "recipe",
  "connection",
  "unproved",
  "timed-out",
  "fault",
  "unknown",
] as const;

/** Why a build failed, in the words of `buildspec/`. */
export const FailureClass = z.enum([...deterministic, ...transient]);
export type FailureClass = z.infer<typeof FailureClass>;

export interface Failure {
  class: FailureClass;
  /** One line. */
  cause: string;
  /** The last lines of the failing step, newest last; none where the build could not tell. */
  lines: string[];
}

/** A build that has ended without an image to show for it. */
export interface Ended {
  status: "failed" | "stopped";
  failure: Failure | undefined;
  /** Milliseconds since the epoch. */
  endedAt: number;
}

const firstWait = 15 * minute;
const longestTransientWait = 6 * hour;
/** After this many deterministic failures of the same inputs nothing is tried until an input changes. */
export const mostDeterministicFailures = 3;
/** Transient failures are nobody's business until there have been this many in a row. */
export const transientFailuresToReport = 3;

/** When inputs whose builds failed may be tried again (rule 6). */
export type Retry = { when: "at"; at: number; why: string } | { when: "never"; why: string };

/**
 * When the same inputs may be tried again.
 * @param ended what became of their builds since the last success, oldest first; at least one
 */
export function retryOf(ended: readonly Ended[]): Retry {
  const last = ended.at(-1) as Ended;
  if (last.status === "stopped") return { when: "never", why: "a person stopped the last build of these inputs" };
  const failed = ended.filter(({ status }) => status === "failed");
  const count = failed.filter((one) => isDeterministic(one) === isDeterministic(last)).length;
  const what = `${count === 1 ? "the build" : `${count} builds`} of these inputs failed (${last.failure?.class ?? "unknown"})`;
  if (!isDeterministic(last)) {
    const wait = Math.min(firstWait * 2 ** (count - 1), longestTransientWait);
    return { when: "at", at: last.endedAt + wait, why: `${what}, which may pass by itself` };
  }
  if (count >= mostDeterministicFailures) return { when: "never", why: what };
  return { when: "at", at: last.endedAt + firstWait * 4 ** (count - 1), why: what };
}

/** Whether subscribers should hear of the last of these failures: a deterministic one always, a transient one from the third on. */
export function isWorthReporting(ended: readonly Ended[]): boolean {
  const last = ended.at(-1);
  if (last?.status !== "failed") return false;
  if (isDeterministic(last)) return true;
  return ended.filter((one) => one.status === "failed" && !isDeterministic(one)).length >= transientFailuresToReport;
}

function isDeterministic({ failure }: Ended): boolean {
  return deterministic.some((one) => one === failure?.class);
}
