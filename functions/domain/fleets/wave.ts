import { type FleetState, isKnown } from "./fleet-state.ts";
import { stageOf } from "./stage.ts";

/** The names of the fleets that are being rolled, by wave. A fleet that is stuck no longer counts. */
export type Rolling = Map<string, Set<string>>;

export function rollingIn(states: readonly FleetState[], now: number): Rolling {
  const rolling: Rolling = new Map();
  for (const state of states) if (isRolling(state, now)) addTo(rolling, state);
  return rolling;
}

export function addTo(rolling: Rolling, { fleet: { wave, name } }: FleetState): void {
  if (wave !== undefined) rolling.set(wave, (rolling.get(wave) ?? new Set()).add(name));
}

/** The other fleets of its wave that are being rolled. */
export function othersIn(rolling: Rolling, { fleet: { wave, name } }: FleetState): string[] {
  return wave === undefined ? [] : [...(rolling.get(wave) ?? [])].filter((other) => other !== name);
}

function isRolling(state: FleetState, now: number): boolean {
  if (state.fleet.wave === undefined) return false;
  if (!isKnown(state)) return mayBeRolling(state, now);
  const stage = stageOf(state, now);
  switch (stage.stage) {
    case "running":
      return !stage.isStuck;
    case "pointed":
      return now - stage.since <= state.fleet.stuckAfter;
    default:
      return stage.stage === "settling";
  }
}

/** A fleet that cannot be seen may still be where its latest attempt has brought it. */
function mayBeRolling({ fleet, history }: FleetState, now: number): boolean {
  const [latest] = history.attempts;
  if (!latest || latest.refused !== undefined || now - latest.at > fleet.stuckAfter) return false;
  return !history.arrivals.some(({ image, at }) => image === latest.image && at >= latest.at);
}
