import * as z from "zod";

/** Classes that the same inputs meet again: an early retry is wasted. */
const deterministic = ["checksum", "template", "provision", "test", "sysprep", "proof"] as const;
/** Classes that last until a person changes the account, its policies or the configuration. */
const permanent = ["refused"] as const;
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
export const FailureClass = z.enum([...deterministic, ...permanent, ...transient]);
export type FailureClass = z.infer<typeof FailureClass>;

export interface Failure {
  class: FailureClass;
  /** One line. */
  cause: string;
  /** The last lines of the failed step, newest last; empty if the build could not tell. */
  lines: string[];
}

/** Whether the build has found its image bad. Of other failures, such as a missing subnet, no image is the cause. */
export function isOfProof(failure: Failure | undefined): boolean {
  return failure?.class === "proof";
}

/** `capacity: …` */
export function describeFailure({ class: failureClass, cause }: Failure): string {
  return `${failureClass}: ${cause}`;
}

/** What a retry of the same inputs can expect (rule 6). */
export type FailureKind = "deterministic" | "permanent" | "transient";

/** An unknown class counts as transient. */
export function kindOf(failure: Failure | undefined): FailureKind {
  if (deterministic.some((one) => one === failure?.class)) return "deterministic";
  return permanent.some((one) => one === failure?.class) ? "permanent" : "transient";
}
