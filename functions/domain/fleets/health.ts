import type { FleetState } from "./fleet-state.ts";

/** Whether a fleet is well. Pods are not looked at. */
export type Health =
  /** For how long at least, in milliseconds since the epoch: before that an alarm may have rung, or a node been replaced. */
  { healthy: true; since: number } | { healthy: false; reasons: string[] };

export function healthOf({ observed }: FleetState): Health {
  if (observed.state === "unknown") return { healthy: false, reasons: [observed.why] };
  const { isChanging, issues, alarms, updates, replacedAt = 0 } = observed;
  const last = updates[0];
  const reasons = [
    ...(isChanging ? ["its nodes are being replaced"] : []),
    ...(last && last.status !== "succeeded" && last.status !== "running"
      ? [`its last update has not succeeded: ${last.detail ?? last.status}`]
      : []),
    ...issues,
    ...alarms.ringing.map((name) => `the alarm ${name} rings`),
  ];
  return reasons.length > 0
    ? { healthy: false, reasons }
    : { healthy: true, since: Math.max(alarms.changedAt, replacedAt) };
}
