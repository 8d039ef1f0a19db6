import { hour, minute } from "../../config/time.ts";
import { type Failure, isDeterministic } from "../failures.ts";

/** A build that ended without a result. */
export interface EndedRun {
  status: "failed" | "stopped";
  failure: Failure | undefined;
  /** Milliseconds since the epoch. */
  endedAt: number;
}

const firstRetryWait = 15 * minute;
const maxTransientWait = 6 * hour;
/** After this many deterministic failures of the same inputs, the service waits until an input changes. */
export const maxDeterministicFailures = 3;
/** Subscribers are notified of transient failures from this many in a row on. */
export const transientFailuresToReport = 3;

/** When failed inputs may be built again (rule 6). `at` is in milliseconds since the epoch. */
export type Retry = { when: "at"; at: number; why: string } | { when: "never"; why: string };

/**
 * When the same inputs may be built again.
 * @param runs their builds since the last success, oldest first; at least one
 */
export function retryOf(runs: readonly EndedRun[]): Retry {
  const last = runs.at(-1) as EndedRun;
  if (last.status === "stopped") return { when: "never", why: "a person stopped the last build of these inputs" };
  const failed = runs.filter(({ status }) => status === "failed");
  const count = failed.filter((run) => failsAgain(run) === failsAgain(last)).length;
  const what = `${count === 1 ? "the build" : `${count} builds`} of these inputs failed (${last.failure?.class ?? "unknown"})`;
  if (!failsAgain(last)) {
    const wait = Math.min(firstRetryWait * 2 ** (count - 1), maxTransientWait);
    return { when: "at", at: last.endedAt + wait, why: `${what}, a class that may disappear without a change` };
  }
  if (count >= maxDeterministicFailures) return { when: "never", why: what };
  return { when: "at", at: last.endedAt + firstRetryWait * 4 ** (count - 1), why: what };
}

/**
 * Whether subscribers are notified of the last of these failures: of every deterministic one, and of a transient one
 * from the third on.
 */
export function isWorthReporting(runs: readonly EndedRun[]): boolean {
  const last = runs.at(-1);
  if (last?.status !== "failed") return false;
  if (failsAgain(last)) return true;
  return runs.filter((run) => run.status === "failed" && !failsAgain(run)).length >= transientFailuresToReport;
}

function failsAgain({ failure }: EndedRun): boolean {
  return failure !== undefined && isDeterministic(failure);
}
