import { hour, iso, minute } from "../../config/time.ts";
import { onlyWatched } from "../fleets/actions.ts";
import { arrivalOf, latestAttempt } from "../fleets/attempts.ts";
import { holdingSince } from "../fleets/behind.ts";
import type { FleetDecision } from "../fleets/decide.ts";
import { isKnown, type KnownState, nodesBehind } from "../fleets/fleet-state.ts";
import { revokedInUse, whyLeft } from "../fleets/revoked-images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { sha256 } from "../inputs.ts";
import type { Keyed } from "./keyed.ts";

interface About {
  fleet: string;
  /** The image that the fleet is to run. */
  image: string;
}

/** What becomes of the nodes of a fleet. */
export type FleetNotification =
  /** AWS has not shown the fleet for a while, so nobody knows what its nodes run. */
  | { kind: "fleet-unseen"; fleet: string; since: number; why: string; isWatched: boolean }
  | (About & RolloutNotification);

type RolloutNotification =
  | {
      kind: "rollout-begun";
      /** `none` if it was unknown. */
      from: string;
      /** Nodes that run another image. */
      nodes: number;
      /** Why it goes back; undefined if it goes forward. */
      back: string | undefined;
    }
  | { kind: "rollout-done"; nodes: number; minutes: number }
  | { kind: "rollout-waits"; waitsFor: string[]; until: number | undefined }
  | { kind: "rollout-refused" | "fleet-moved"; why: string[] }
  | { kind: "rollout-stuck"; since: number; detail: string | undefined }
  | { kind: "rollout-failed"; why: string }
  /** The fleet runs, or starts, what no node should start. */
  | { kind: "fleet-revoked"; uses: { image: string; why: string }[]; next: string[]; isWatched: boolean }
  | { kind: "fleet-behind"; nodes: number; since: number; why: string[] };

export function fleetNotifications(world: IndexedWorld, decision: FleetDecision): Part {
  const { state } = decision;
  if (!isKnown(state)) return isUnseen(world, decision);
  const ofRollout =
    state.fleet.mode === "roll" ? [...ofAttempt(world, state), ...ofDecision(world, decision, state)] : [];
  return [...ofRollout, ...usesRevoked(world, decision, state), ...isBehind(world, decision, state)];
}

type Part = Keyed<FleetNotification>[];

/**
 * How long AWS may not show a fleet before subscribers hear of it, in milliseconds: throttling and most disturbances pass
 * sooner.
 */
const unseenFor = 2 * hour;

/** Once for each time that AWS stops to show it, and again each month while it lasts. */
function isUnseen(world: IndexedWorld, { state: { fleet, observed, history } }: FleetDecision): Part {
  const { unseenSince: since } = history;
  const { now: at } = world;
  if (observed.state === "known" || since === undefined || at - since < unseenFor) return [];
  const { name, variant, mode } = fleet;
  const key = `fleet-unseen/${name}/${since}/${iso(at).slice(0, 7)}`;
  return [
    { kind: "fleet-unseen", key, at, variant, fleet: name, since, why: observed.why, isWatched: mode === "watch" },
  ];
}

/** That the latest rollout has begun, and that it is done. */
function ofAttempt(world: IndexedWorld, state: KnownState): Part {
  const { fleet, observed } = state;
  const attempt = latestAttempt(state, world.now);
  if (!attempt || attempt.refused !== undefined) return [];
  const { at, image, from } = attempt;
  const about = { variant: fleet.variant, fleet: fleet.name, image };
  const nodes = observed.nodes.filter((node) => node.image !== image).length;
  const back = whyLeft(world, state, from, image);
  const begun = {
    ...about,
    kind: "rollout-begun" as const,
    key: keyOf("rollout-begun", state, at),
    at,
    from,
    nodes,
    back,
  };
  const arrived = arrivalOf(state, attempt);
  if (arrived === undefined) return [begun];
  const minutes = Math.max(1, Math.round((arrived - at) / minute));
  const key = keyOf("rollout-done", state, at);
  return [begun, { ...about, kind: "rollout-done", key, at: arrived, nodes: observed.nodes.length, minutes }];
}

/** What keeps a rollout from going on, or from beginning. */
function ofDecision(world: IndexedWorld, decision: FleetDecision, state: KnownState): Part {
  const about = aboutNow(world, state);
  switch (decision.decision) {
    case "wait": {
      if (decision.for === "aws" || decision.for === "image") return [];
      const { reasons: waitsFor, until } = decision;
      return [{ ...about, kind: "rollout-waits", key: keyOf("rollout-waits", state, state.desired), waitsFor, until }];
    }
    case "refused":
    case "moved": {
      const kind = decision.decision === "refused" ? "rollout-refused" : "fleet-moved";
      const key = keyOf(kind, state, sha256(decision.reasons.join("\n")));
      return [{ ...about, kind, key, why: decision.reasons }];
    }
    case "running": {
      if (!decision.isStuck) return [];
      const { image = state.desired, since, update } = decision;
      const key = keyOf("rollout-stuck", state, since);
      return [{ ...about, kind: "rollout-stuck", key, image, since, detail: update?.detail }];
    }
    case "failed": {
      const key = keyOf("rollout-failed", state, decision.attempt.at);
      return [{ ...about, kind: "rollout-failed", key, why: decision.reasons.join("; ") }];
    }
    default:
      return [];
  }
}

function usesRevoked(world: IndexedWorld, decision: FleetDecision, state: KnownState): Part {
  const uses = revokedInUse(world, state);
  const [first] = uses;
  if (!first) return [];
  const key = keyOf("fleet-revoked", state, first.image);
  const isWatched = state.fleet.mode === "watch";
  return [{ ...aboutNow(world, state), kind: "fleet-revoked", key, uses, next: reasonsOf(decision), isWatched }];
}

function isBehind(world: IndexedWorld, decision: FleetDecision, state: KnownState): Part {
  const since = holdingSince(world, state);
  if (since === undefined || world.now - since < state.fleet.behindAfter) return [];
  // Once for each time that it falls behind, not for each image that the channel takes meanwhile.
  const key = keyOf("fleet-behind", state, since);
  const nodes = nodesBehind(state).length;
  const watched = state.fleet.mode === "watch" ? [onlyWatched] : [];
  return [
    { ...aboutNow(world, state), kind: "fleet-behind", key, nodes, since, why: [...reasonsOf(decision), ...watched] },
  ];
}

/** What is so now has no beginning that anybody could look up. */
function aboutNow({ now }: IndexedWorld, { fleet, desired }: KnownState) {
  return { variant: fleet.variant, fleet: fleet.name, image: desired, at: now };
}

function keyOf(kind: FleetNotification["kind"], { fleet }: KnownState, rest: string | number): string {
  return `${kind}/${fleet.name}/${rest}`;
}

function reasonsOf(decision: FleetDecision): string[] {
  return "reasons" in decision ? decision.reasons : [];
}
