import { z } from "zod";

/** Classes that the same inputs meet again: an early retry is wasted. */
const deterministic = ["checksum", "template", "provision", "test", "sysprep", "proof"] as const;
/** Classes that may disappear without a change. */
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
  /** The last lines of the failed step, newest last; empty if the build could not tell. */
  lines: string[];
}

/** Whether the same inputs would fail again. An unknown class counts as transient. */
export function isDeterministic({ class: failureClass }: Failure): boolean {
  return deterministic.some((one) => one === failureClass);
}
