import { omit } from "es-toolkit";
import type { Configuration } from "../config/configuration.ts";
import { noHistory, releaseRecord } from "../domain/fleet-records.ts";
import { describeHold, type Pauses, pauseOf } from "../domain/pauses.ts";
import type { Action } from "../domain/plan.ts";
import type { HoldBody } from "./bodies.ts";
import type { Caller, Refusal } from "./interventions.ts";
import { type Pausable, type PauseDecision, pauseToJson } from "./pause-decisions.ts";

/** The holds as a call finds them, and what the configuration says. Nothing else is needed to hold a fleet. */
export interface HoldableWorld {
  configuration: Pick<Configuration, "fleets">;
  holds: Pauses;
}

/** Holds a fleet: no rollout of it begins until somebody releases it. A repeated call keeps the first hold. */
export function decideHold(
  { configuration, holds }: HoldableWorld,
  { fleet, reason }: HoldBody,
  caller: Caller,
): PauseDecision {
  const known = pauseOf(holds, fleet);
  const accepted = { outcome: "accepted" as const, scope: fleet };
  if (known)
    return { ...accepted, change: undefined, pauses: holds, message: `already: ${describeHold(fleet, known)}` };
  if (!isConfigured(configuration, fleet)) return noSuchFleet(configuration, fleet);
  const hold = { ...caller, reason };
  const message = `${describeHold(fleet, hold)}; ${effects}`;
  return { ...accepted, change: { write: hold }, pauses: { ...holds, [fleet]: hold }, message };
}

const effects =
  "no rollout of it begins, not even one that leaves a bad image; a rollout that runs goes on, and what follows a parameter by itself goes on following it";

/**
 * Releases a fleet: ends its hold, also of a fleet that was removed from the configuration meanwhile, and lets the
 * service go on after somebody else has moved the fleet's group. The latter needs no hold.
 */
export function decideRelease({ configuration, holds }: HoldableWorld, { fleet }: HoldBody): PauseDecision {
  const isHeld = pauseOf(holds, fleet) !== undefined;
  if (!isHeld && !isConfigured(configuration, fleet)) return noSuchFleet(configuration, fleet, Object.keys(holds));
  return {
    outcome: "accepted",
    scope: fleet,
    change: isHeld ? "delete" : undefined,
    record: releaseRecord(fleet),
    pauses: omit(holds, [fleet]),
    message: [
      isHeld ? `${fleet} is released` : `${fleet} was not held`,
      "if somebody else has changed its group since the last rollout, the service goes on from there",
    ].join("; "),
  };
}

function isConfigured({ fleets }: HoldableWorld["configuration"], name: string): boolean {
  return fleets.some((fleet) => fleet.name === name);
}

/** @param others names that are right besides those of the configuration */
export function noSuchFleet(
  { fleets }: HoldableWorld["configuration"],
  name: string,
  others: readonly string[] = [],
): Refusal {
  const allowed = { fleet: [...new Set([...fleets.map((fleet) => fleet.name), ...others])] };
  return { outcome: "refused", status: 404, why: `there is no fleet ${JSON.stringify(name)}`, allowed };
}

export const holdableFleets: Pausable = {
  kind: "holds",
  toJson: ({ scope, pauses }) => ({ fleet: scope, holds: holdsToJson(pauses) }),
  isAbout: (scope, action) => isAboutFleet(scope)(action),
  applied(world, { scope, record, pauses }) {
    const { histories } = world.fleetRecords;
    const history = histories[scope] ?? noHistory;
    const releasedAt = record === undefined ? history.releasedAt : world.now;
    const now = { ...history, releasedAt };
    return { ...world, fleetRecords: { holds: pauses, histories: { ...histories, [scope]: now } } };
  },
};

/** Holds as the calls answer them. */
function holdsToJson(holds: Pauses) {
  return Object.entries(holds).map(([fleet, hold]) => ({ fleet, ...pauseToJson(hold) }));
}

/** Whether an action of the plan is about the fleet. */
export function isAboutFleet(name: string): (action: Action) => boolean {
  return (action) => {
    const about = action.do === "announce" ? action.notification : action;
    return "fleet" in about && about.fleet === name;
  };
}
