import type { FleetStatus } from "../service/status.ts";
import { count } from "../terminal/text.ts";
import type { State } from "./variant-state.ts";

const tones: Readonly<Record<FleetStatus["state"], State["tone"]>> = {
  current: "good",
  running: "busy",
  wait: "busy",
  roll: "busy",
  point: "busy",
  refresh: "busy",
  cancel: "busy",
  refused: "bad",
  held: "bad",
  moved: "bad",
  failed: "bad",
};

export function fleetState({ state, bad, rollout }: FleetStatus): State {
  if (rollout?.stuck) return { words: "stuck", tone: "bad" };
  if (bad.length > 0) return { words: `bad image (${state})`, tone: "bad" };
  return { words: state, tone: tones[state] };
}

/** Whether a person has to do something about it: what `status --check` looks for. */
export function fleetNeedsPerson({ state, bad, nodes, rollout }: FleetStatus): boolean {
  return nodes === null || bad.length > 0 || rollout?.stuck === true || ["refused", "moved", "failed"].includes(state);
}

/** How many of its nodes run what they should. */
export function nodesText({ nodes, nodesBehind }: FleetStatus): string {
  if (nodes === null) return "unknown";
  const all = nodes.reduce((sum, one) => sum + one.count, 0);
  return nodesBehind ? `${nodesBehind} of ${all} behind` : count(all, "node");
}

/** Why it is as it is. */
export function fleetReasons({ reasons, until, bad, rollout, hold }: FleetStatus): string[] {
  return [
    ...bad.map(({ image, why }) => `${image}: ${why}`),
    ...reasons,
    ...(until === null ? [] : [`until ${until}`]),
    ...(rollout?.detail ? [`AWS says: ${rollout.detail}`] : []),
    ...(hold && !reasons.some((one) => one.includes(hold.reason)) ? [`held since ${hold.since}: ${hold.reason}`] : []),
  ];
}
