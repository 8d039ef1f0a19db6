/**
 * An upstream's answer. `unknown` (it did not answer) is never drift. `missing` (it answered that there is none) needs
 * a person.
 */
export type Observed =
  | { state: "known"; value: string }
  | { state: "unknown"; why: string }
  | { state: "missing"; why: string };

/** Whether something that a build needs exists. */
export type Availability = { state: "there" } | { state: "unknown"; why: string } | { state: "missing"; why: string };
