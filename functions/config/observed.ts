/** What an upstream said. `unknown` (it did not answer) is never drift; `missing` (it answered that there is none) is trouble. */
export type Observed =
  | { state: "known"; value: string }
  | { state: "unknown"; why: string }
  | { state: "missing"; why: string };

/** Whether something that a build needs is there. */
export type Availability = { state: "there" } | { state: "unknown"; why: string } | { state: "missing"; why: string };
