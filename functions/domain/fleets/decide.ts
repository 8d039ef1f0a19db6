import type { Attempt } from "../fleet-records.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import {
  type FleetState,
  fleetStates,
  isComplete,
  isKnown,
  type KnownState,
  whyNotStarted,
  whyUnfit,
} from "./fleet-state.ts";
import { guards, unknownGuards } from "./guards.ts";
import { whyHeld, whyLeftAlone } from "./hold.ts";
import { whyMoved } from "./moved.ts";
import { whyBack } from "./revoked-images.ts";
import { type Running, type Stage, stageOf } from "./stage.ts";
import { type Blocker, blockers, orderOf, passAt } from "./turn.ts";
import { addTo, othersIn, rollingIn } from "./wave.ts";

/** What becomes of a fleet now. Times are milliseconds since the epoch. */
export type FleetDecision = {
  state: FleetState;
  /** Why the fleet goes back; undefined if it does not. */
  back: string | undefined;
} & Outcome;

type Outcome =
  | { decision: "current" }
  /** A change is under way. */
  | ({ decision: "running"; reasons: string[] } & Omit<Running, "stage">)
  | { decision: "wait"; for: Blocker["for"] | "aws" | "image"; until: number | undefined; reasons: string[] }
  | { decision: "refused" | "held" | "moved"; reasons: string[] }
  | { decision: "failed"; attempt: Attempt; reasons: string[] }
  /** Give the group, or the fleet's own parameter, the desired image. */
  | { decision: "roll" | "point"; force: boolean; reasons: string[] }
  /** Replace the nodes of a group whose parameter holds the image. */
  | { decision: "refresh"; reasons: string[] }
  /** Stop an instance refresh that brings what no node should start. */
  | { decision: "cancel"; update: string; reasons: string[] };

/**
 * Rule 17: what becomes of each fleet, in the order of the configuration. A fleet that starts now counts for the later
 * ones of its wave.
 */
export function decideFleets(world: IndexedWorld): FleetDecision[] {
  const states = fleetStates(world);
  const rolling = rollingIn(states, world.now);
  return states.map((state) => {
    const decision = decideFleet(world, state, othersIn(rolling, state));
    const starts = decision.decision === "roll" || decision.decision === "point";
    if (starts && state.fleet.mode === "roll") addTo(rolling, state);
    return decision;
  });
}

function decideFleet(world: IndexedWorld, state: FleetState, busy: readonly string[]): FleetDecision {
  if (world.unreadable !== undefined) return { state, back: undefined, ...waiting("aws", world.unreadable) };
  if (state.observed.state === "unknown") return { state, back: undefined, ...waiting("aws", state.observed.why) };
  if (!isKnown(state)) return { state, back: undefined, ...waiting("image", `${state.fleet.channel} holds nothing`) };
  const back = whyBack(world, state);
  return { state, back, ...outcomeOf(world, state, { back, busy }) };
}

interface Turn {
  /** Why the fleet goes back; undefined if it does not. */
  back: string | undefined;
  /** The other fleets of its wave that are being rolled. */
  busy: readonly string[];
}

function outcomeOf(world: IndexedWorld, state: KnownState, turn: Turn): Outcome {
  const { desired, fleet } = state;
  const stage = stageOf(state, world.now);
  if (stage.stage === "running" && !mayLeave(world, state, stage)) return underWay(world, state, stage);
  if (stage.stage === "settling") return waiting("aws", "a rollout has just begun", stage.until);
  const revoked = whyNotStarted(world, state, desired);
  if (revoked) return waiting("image", `${fleet.channel} holds what no node should start: ${revoked}`);
  if (isComplete(state)) return { decision: "current" };
  const follows = whatFollows(state, stage);
  if (follows) return waiting("aws", follows);
  const unfit = whyUnfit(world, state);
  if (unfit) return waiting("image", `${fleet.channel} holds ${desired}, which ${unfit}`);
  return start(world, state, stage, turn);
}

/** What happens without the service to a fleet whose nodes follow a parameter; undefined if that is nothing. */
function whatFollows({ fleet, observed, desired }: KnownState, { stage }: Stage): string | undefined {
  const isDue = fleet.kind === "karpenter" && observed.starts?.id === desired && stage === "idle";
  if (isDue || (fleet.parameter === "channel" && fleet.kind === "karpenter"))
    return "Karpenter replaces its nodes as its disruption budgets allow";
  return fleet.parameter === "channel"
    ? "it follows the channel: only new nodes start the image, and nobody replaces the others"
    : undefined;
}

function start(world: IndexedWorld, state: KnownState, stage: Stage, { back, busy }: Turn): Outcome {
  const { fleet, desired, observed, history } = state;
  const held = back === undefined ? whyLeftAlone(world, fleet) : whyHeld(world, fleet);
  if (held) return { decision: "held", reasons: [held] };
  const isNew = history.attempts.length === 0 && history.arrivals.length === 0;
  // Nothing can follow a parameter that does not exist, so its first value moves no node.
  if (fleet.parameter === "own" && observed.starts === undefined && isNew)
    return { decision: "point", force: false, reasons: ["its own parameter does not exist yet"] };
  const moved = whyMoved(state, world.now);
  if (moved) return { decision: "moved", reasons: [moved] };
  const refused = guards(world, state);
  if (refused.length > 0) return { decision: "refused", reasons: refused };
  const unknown = back === undefined ? unknownGuards(state) : [];
  if (unknown.length > 0) return { decision: "wait", for: "aws", until: undefined, reasons: unknown };
  const reasons = [back ?? changeOf(state)];
  // What has begun by the parameter goes on, whatever the window says.
  if (stage.stage === "pointed") return { decision: "refresh", reasons };
  const order = orderOf(state, world.now);
  if (stage.stage === "failed" && stage.attempt.image === desired && !order)
    return { decision: "failed", attempt: stage.attempt, reasons: [stage.why] };
  const waits = blockers(world, state, { isBack: back !== undefined, busy });
  if (waits.length > 0) {
    const first = waits.find((one) => one.for === "person") ?? (waits[0] as Blocker);
    const until = passAt(world.now, state, waits);
    return { decision: "wait", for: first.for, until, reasons: waits.map(({ why }) => why) };
  }
  return { decision: fleet.parameter === "own" ? "point" : "roll", force: order?.force ?? false, reasons };
}

/** What a parameter brings can be left at any time: Karpenter follows it at once. */
function mayLeave(world: IndexedWorld, state: KnownState, { image }: Running): boolean {
  if (state.fleet.kind !== "karpenter" || image === undefined || image === state.desired) return false;
  return whyNotStarted(world, state, image) !== undefined;
}

/** A change is under way. A refresh can be cancelled; an update of a node group cannot. */
function underWay(world: IndexedWorld, state: KnownState, { stage: _, ...running }: Running): Outcome {
  const { fleet } = state;
  const { image, update, isStuck } = running;
  const revoked = image === undefined ? undefined : whyNotStarted(world, state, image);
  const held = whyHeld(world, fleet);
  if (revoked && update && !update.isEnding && fleet.kind === "auto-scaling-group" && !held)
    return { decision: "cancel", update: update.id, reasons: [revoked] };
  const reasons = [
    update?.detail ?? "nodes are being replaced",
    ...(isStuck ? ["it takes longer than stuckAfter"] : []),
    ...(revoked ? [revoked] : []),
    ...(revoked && fleet.kind === "managed-node-group"
      ? ["an update of a node group cannot be cancelled, so going back waits for its end"]
      : []),
    ...(held ? [held] : []),
  ];
  return { decision: "running", reasons, ...running };
}

function changeOf({ desired, observed }: KnownState): string {
  const images = new Set(observed.nodes.map(({ image }) => image));
  images.delete(desired);
  const from = observed.starts && observed.starts.id !== desired ? [observed.starts.id] : [...images];
  return from.length > 0 ? `${from.join(", ")} → ${desired}` : `to ${desired}`;
}

function waiting(what: "aws" | "image", why: string, until?: number): Outcome {
  return { decision: "wait", for: what, until, reasons: [why] };
}
