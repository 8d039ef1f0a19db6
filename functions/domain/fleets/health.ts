import type { FleetState } from "./fleet-state.ts";

/** Whether a fleet is well. Pods are not looked at. */
export type Health =
  /** At least since then, in milliseconds since the epoch: an alarm may have rung before it last changed its state. */
  { healthy: true; since: number } | { healthy: false; reasons: string[] };

export function healthOf({ observed }: FleetState): Health {
  if (observed.state === "unknown") return { healthy: false, reasons: [observed.why] };
  const { isChanging, issues, alarms, updates } = observed;
  const last = updates[0];
  const reasons = [
    ...(isChanging ? ["its nodes are being replaced"] : []),
    ...(last && last.status !== "succeeded" && last.status !== "running"
      ? [`its last update has not succeeded: ${last.detail ?? last.status}`]
      : []),
    ...issues,
    ...alarms.ringing.map((name) => `the alarm ${name} rings`),
  ];
  return reasons.length > 0 ? { healthy: false, reasons } : { healthy: true, since: alarms.changedAt };
}
