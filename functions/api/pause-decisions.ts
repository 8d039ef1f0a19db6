import { omit } from "es-toolkit";
import type { Configuration } from "../config/configuration.ts";
import { iso } from "../config/time.ts";
import { describePause, describeScope, everything, type Pause, type Pauses, pauseOf } from "../domain/pauses.ts";
import type { Action } from "../domain/plan.ts";
import type { World } from "../domain/world.ts";
import type { PauseKind } from "../io/pauses.ts";
import type { PauseBody } from "./bodies.ts";
import { type Caller, conflict, type Refusal } from "./interventions.ts";

/** The pauses as a call finds them, and what the configuration says. Nothing else is needed to pause. */
export interface PausableWorld {
  configuration: Configuration;
  pauses: Pauses;
}

const effects =
  "no build, proof, harvest, publication, retirement or sweep begins; running builds go on, and a channel still leaves a bad image";

export type PauseDecision =
  | {
      outcome: "accepted";
      /** A variant, everything, or a fleet. */
      scope: string;
      /** Undefined if the call changes nothing. */
      change: { write: Pause } | "delete" | undefined;
      /** The key of a record to write besides; undefined if there is none. */
      record?: string;
      /** All pauses, or all holds, once the decision stands. */
      pauses: Pauses;
      message: string;
    }
  | Refusal;
export type AcceptedPause = Extract<PauseDecision, { outcome: "accepted" }>;

/** What a kind of pauses is about. */
export interface Pausable {
  kind: PauseKind;
  /** The scope and all pauses as the calls answer them. */
  toJson(decision: AcceptedPause): object;
  /** Whether an action of the plan is about the scope. */
  isAbout(scope: string, action: Action): boolean;
  /** The world once the decision stands. */
  applied(world: World, decision: AcceptedPause): World;
}

export const pausableVariants: Pausable = {
  kind: "pauses",
  toJson: ({ scope, pauses }) => ({ variant: scope, pauses: pausesToJson(pauses) }),
  isAbout: (scope, { variant }) => scope === everything || variant === scope,
  applied: (world, { pauses }) => ({ ...world, pauses }),
};

/** Rule 15: pauses a variant or everything. A repeated call keeps the first pause. */
export function decidePause(
  { configuration, pauses }: PausableWorld,
  { variant: scope, reason }: PauseBody,
  caller: Caller,
): PauseDecision {
  const known = pauseOf(pauses, scope);
  if (known)
    return {
      outcome: "accepted",
      scope,
      change: undefined,
      pauses,
      message: `already: ${describePause(scope, known)}`,
    };
  const { variants, retiredVariants } = configuration;
  const pausable = [...variants.map(({ name }) => name), ...retiredVariants, everything];
  if (!pausable.includes(scope))
    return {
      outcome: "refused",
      status: 404,
      why: `there is nothing to pause that is called ${JSON.stringify(scope)}`,
      allowed: { variant: pausable },
    };
  const pause = { ...caller, reason };
  return {
    outcome: "accepted",
    scope,
    change: { write: pause },
    pauses: { ...pauses, [scope]: pause },
    message: `${describePause(scope, pause)}; ${effects}`,
  };
}

/** Ends a pause, also one of a variant that was removed meanwhile. */
export function decideResume({ configuration, pauses }: PausableWorld, { variant: scope }: PauseBody): PauseDecision {
  if (pauseOf(pauses, scope)) {
    const others = omit(pauses, [scope]);
    return {
      outcome: "accepted",
      scope,
      change: "delete",
      pauses: others,
      message: [`${describeScope(scope)} is resumed`, ...stillPaused(others)].join("; "),
    };
  }
  const isKnown = scope === everything || configuration.variants.some(({ name }) => name === scope);
  const allowed = { variant: Object.keys(pauses) };
  if (isKnown)
    return conflict([`${describeScope(scope)} is not paused by itself`, ...stillPaused(pauses)].join("; "), allowed);
  return { outcome: "refused", status: 404, why: `there is no pause of ${JSON.stringify(scope)}`, allowed };
}

function stillPaused(pauses: Pauses): string[] {
  return Object.entries(pauses).map(([scope, pause]) => describePause(scope, pause));
}

/** Pauses as `GET /` and the calls answer them. */
export function pausesToJson(pauses: Pauses) {
  return Object.entries(pauses).map(([variant, pause]) => ({ variant, ...pauseToJson(pause) }));
}

export function pauseToJson({ at, by, reason }: Pause) {
  return { since: iso(at), by: by ?? null, reason };
}
