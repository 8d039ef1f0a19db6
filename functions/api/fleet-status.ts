import { iso } from "../config/time.ts";
import { holdingSince } from "../domain/fleets/behind.ts";
import type { FleetDecision } from "../domain/fleets/decide.ts";
import { type FleetState, isKnown, nodesBehind } from "../domain/fleets/fleet-state.ts";
import { healthOf } from "../domain/fleets/health.ts";
import { revokedInUse } from "../domain/fleets/revoked-images.ts";
import type { IndexedWorld } from "../domain/indexed-world.ts";
import type { FleetNode } from "../domain/observed-fleet.ts";
import { pauseOf } from "../domain/pauses.ts";
import { pauseToJson } from "./pause-decisions.ts";

/** The status of a fleet as `GET /` answers it. Times are ISO 8601. What is unknown is null. */
export function fleetStatus(world: IndexedWorld, decision: FleetDecision) {
  const { state, back } = decision;
  const { fleet, desired, observed } = state;
  const hold = pauseOf(world.fleetRecords.holds, fleet.name);
  const known = observed.state === "known" ? observed : undefined;
  const since = isKnown(state) ? holdingSince(world, state) : undefined;
  return {
    fleet: fleet.name,
    variant: fleet.variant,
    channel: fleet.channel,
    /** Null for home. */
    place: fleet.place ?? null,
    kind: fleet.kind,
    cluster: fleet.cluster ?? null,
    group: fleet.group,
    mode: fleet.mode,
    /** What the channel holds. */
    desired: desired ?? null,
    /** What a new node starts from. */
    starts: known?.starts?.id ?? null,
    /** The parameter that decides that; null if the launch template names an image. */
    parameter: known?.parameter ?? null,
    nodes: known ? nodesByImage(known.nodes) : null,
    nodesBehind: isKnown(state) ? nodesBehind(state).length : null,
    /** At least since then; null if no node is behind. */
    behindSince: timeOf(since),
    /** What its nodes run or would start and none should, and why. */
    bad: revokedInUse(world, state),
    /** What the service decides about it now. */
    state: decision.decision,
    reasons: "reasons" in decision ? decision.reasons : [],
    /** When what it waits for passes without a person. */
    until: timeOf("until" in decision ? decision.until : undefined),
    /** Why it goes back to an older image; null if it does not. */
    back: back ?? null,
    rollout: rolloutUnderWay(decision),
    lastRollout: lastRollout(state),
    health: healthStatus(state),
    hold: hold ? pauseToJson(hold) : null,
  };
}

/** How many nodes run each image, and since when the oldest of them does; the oldest first. */
function nodesByImage(nodes: readonly FleetNode[]) {
  const counted = [...Map.groupBy(nodes, ({ image }) => image)].map(([image, own]) => ({
    image,
    count: own.length,
    oldest: iso(Math.min(...own.map(({ since }) => since))),
  }));
  return counted.toSorted((a, b) => (a.oldest < b.oldest ? -1 : 1));
}

/** The change under way; its image is null if somebody else has begun it. */
function rolloutUnderWay(decision: FleetDecision) {
  if (decision.decision !== "running") return null;
  const { image, since, isStuck, update } = decision;
  return {
    image: image ?? null,
    since: iso(since),
    stuck: isStuck,
    update: update?.id ?? null,
    /** In AWS's words. */
    detail: update?.detail ?? null,
  };
}

/** What the service began last, whatever became of it. */
function lastRollout({ history }: FleetState) {
  const [attempt] = history.attempts;
  if (!attempt) return null;
  const { at, image, from, refused } = attempt;
  /** `refused` are AWS's words. */
  return { at: iso(at), image, from, refused: refused ?? null };
}

interface HealthStatus {
  healthy: boolean;
  /** As far as its alarms tell; null without alarms. */
  since: string | null;
  reasons: string[];
}

function healthStatus(state: FleetState): HealthStatus {
  const health = healthOf(state);
  if (!health.healthy) return { healthy: false, since: null, reasons: health.reasons };
  return { healthy: true, since: timeOf(health.since || undefined), reasons: [] };
}

function timeOf(time: number | undefined): string | null {
  return time === undefined ? null : iso(time);
}
