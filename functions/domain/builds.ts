import type { Purpose } from "./build-orders.ts";
import type { Failure } from "./failures.ts";
import type { RecordedInputs } from "./inputs.ts";

/** One CodeBuild run of this service. */
export interface Build {
  id: string;
  variant: string;
  purpose: Purpose;
  inputs: RecordedInputs;
  attempt: number;
  /** The order's hash: idempotency token and correlation ID. */
  token: string;
  status: "running" | "succeeded" | "failed" | "stopped";
  /** CodeBuild's name of the current phase, `BUILD` … */
  phase: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number | undefined;
  /** The image that the build made, or that it was asked to prove or to harvest from. */
  image: string | undefined;
  /** Set on failed builds only. */
  failure: Failure | undefined;
  /** Link to the log in the AWS console. */
  log: string | undefined;
}

/** Latest start first. Builds of the same time are ordered by ID, so that every reconcile run agrees on the order. */
export function latestFirst(builds: readonly Build[]): Build[] {
  return builds.toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
}
