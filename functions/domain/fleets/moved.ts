import { hasSucceeded, latestAttempt } from "./attempts.ts";
import type { KnownState } from "./fleet-state.ts";

/**
 * Somebody else has moved the group, or its parameter, since the service did: then only a release lets the service go
 * on. Undefined if nobody has.
 */
export function whyMoved(state: KnownState, now: number): string | undefined {
  const { history, observed, fleet } = state;
  const attempt = latestAttempt(state, now) ?? history.attempts[0];
  if (!attempt || (history.releasedAt ?? 0) > attempt.at) return undefined;
  const wayOut = `POST /release {"fleet": "${fleet.name}", "reason": "…"} lets the service go on from there`;
  const isLeft = !hasSucceeded(state, attempt);
  if (attempt.versions) {
    const { from, to } = attempt.versions;
    const number = observed.template?.number;
    if (number === undefined || number === to || (isLeft && number === from)) return undefined;
    return `somebody has moved it to version ${number} of its launch template since the service gave it ${to}; ${wayOut}`;
  }
  const starts = observed.starts?.id;
  if (starts === undefined || starts === attempt.image || (isLeft && starts === attempt.from)) return undefined;
  return `somebody has written ${starts} to its parameter since the service wrote ${attempt.image}; ${wayOut}`;
}
