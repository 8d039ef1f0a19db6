import type { Attempt } from "../fleet-records.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { describePause, pauseOf, whyPaused } from "../pauses.ts";
import {
  type FleetState,
  fleetStates,
  isComplete,
  isKnown,
  type KnownState,
  ownImage,
  whyBack,
  whyNotStarted,
} from "./fleet-state.ts";
import { guards } from "./guards.ts";
import { latestAttempt, type Stage, stageOf } from "./stage.ts";
import { type Blocker, blockers, orderOf } from "./turn.ts";

/** What becomes of a fleet now. Times are milliseconds since the epoch. */
export type FleetDecision = {
  state: FleetState;
  /** Why the fleet goes back; undefined if it does not. */
  back: string | undefined;
} & (
  | { decision: "current" }
  /** A change is under way. */
  | ({ decision: "running"; reasons: string[] } & Omit<Extract<Stage, { stage: "running" }>, "stage">)
  | { decision: "wait"; for: Blocker["for"] | "aws" | "image"; until: number | undefined; reasons: string[] }
  | { decision: "refused" | "held" | "moved"; reasons: string[] }
  | { decision: "failed"; attempt: Attempt; reasons: string[] }
  /** Give the group, or the fleet's own parameter, the desired image. */
  | { decision: "roll" | "point"; force: boolean; reasons: string[] }
  /** Replace the nodes of a group whose parameter holds the image. */
  | { decision: "refresh"; reasons: string[] }
  /** Stop an instance refresh that brings what no node should start. */
  | { decision: "cancel"; update: string; reasons: string[] }
);

/**
 * Rule 17: what becomes of each fleet, in the order of the configuration. A fleet that starts now counts for the others
 * of its wave.
 */
export function decideFleets(world: IndexedWorld): FleetDecision[] {
  const decided: FleetDecision[] = [];
  const states = fleetStates(world);
  for (const state of states) {
    const others = states.filter(({ fleet }) => fleet !== state.fleet && fleet.wave === state.fleet.wave);
    const isBusy = ({ fleet }: FleetState) =>
      decided.some((one) => one.state.fleet === fleet && ["roll", "point", "refresh"].includes(one.decision));
    const busy = state.fleet.wave === undefined ? [] : others.filter((one) => isRolling(one, world.now) || isBusy(one));
    const names = busy.map(({ fleet }) => fleet.name);
    decided.push(decideFleet(world, state, names));
  }
  return decided;
}

function isRolling(state: FleetState, now: number): boolean {
  if (!isKnown(state)) return false;
  const stage = stageOf(state, now);
  return stage.stage === "settling" || (stage.stage === "running" && !stage.isStuck);
}

function decideFleet(world: IndexedWorld, state: FleetState, busy: readonly string[]): FleetDecision {
  if (state.observed.state === "unknown") return waiting(state, "aws", [state.observed.why]);
  if (!isKnown(state)) return waiting(state, "image", [`${state.fleet.channel} holds nothing`]);
  const { desired } = state;
  const back = whyBack(world, state);
  const stage = stageOf(state, world.now);
  if (stage.stage === "running" && !mayLeave(world, state, stage)) return underWay(world, state, stage, back);
  if (stage.stage === "settling") return waiting(state, "aws", ["a rollout has just begun"], stage.until);
  if (isComplete(state)) return { state, back, decision: "current" };
  const bad = whyNotStarted(world, desired);
  if (bad) return waiting(state, "image", [`${state.fleet.channel} holds an image that no node should start: ${bad}`]);
  if (ownImage(world, desired)?.state !== "available")
    return waiting(state, "image", [`${desired}, which ${state.fleet.channel} holds, cannot start a node`]);
  return start(world, state, { back, busy, stage });
}

function start(
  world: IndexedWorld,
  state: KnownState,
  { back, busy, stage }: { back: string | undefined; busy: readonly string[]; stage: Stage },
): FleetDecision {
  const { fleet, desired } = state;
  // Nothing can follow a parameter that does not exist.
  if (fleet.parameter === "own" && state.observed.starts === undefined)
    return { state, back, decision: "point", force: false, reasons: ["its own parameter does not exist yet"] };
  const hold = pauseOf(world.fleetRecords.holds, fleet.name);
  if (hold)
    return { state, back, decision: "held", reasons: [describePause(fleet.name, hold).replace("paused", "held")] };
  const paused = whyPaused(world, fleet.variant);
  if (paused && back === undefined) return { state, back, decision: "held", reasons: [paused] };
  const moved = whyMoved(state, world.now);
  if (moved) return { state, back, decision: "moved", reasons: [moved] };
  const refused = guards(world, state);
  if (refused.length > 0) return { state, back, decision: "refused", reasons: refused };
  const order = orderOf(state, world.now);
  if (stage.stage === "failed" && stage.attempt.image === desired && !order)
    return { state, back, decision: "failed", attempt: stage.attempt, reasons: [stage.why] };
  const reasons = [back ?? changeOf(state)];
  // What has begun by the parameter goes on, whatever the window says.
  if (fleet.parameter === "own" && state.observed.starts?.id === desired)
    return { state, back, decision: "refresh", reasons };
  const waits = blockers(world, state, { back: back !== undefined, busy });
  if (waits.length > 0) {
    const times = waits.flatMap(({ until }) => until ?? []);
    const until = times.length === waits.length ? Math.max(...times) : undefined;
    const first = waits.find((one) => one.for === "person") ?? (waits[0] as Blocker);
    return { state, back, decision: "wait", for: first.for, until, reasons: waits.map(({ why }) => why) };
  }
  const decision = fleet.parameter === "own" ? "point" : "roll";
  return { state, back, decision, force: order?.force ?? false, reasons };
}

/** What a parameter brings can be left at any time: Karpenter follows it at once. */
function mayLeave(world: IndexedWorld, { fleet, desired }: KnownState, { image }: Running): boolean {
  if (fleet.kind !== "karpenter" || image === undefined || image === desired) return false;
  return whyNotStarted(world, image) !== undefined;
}

type Running = Extract<Stage, { stage: "running" }>;

/** A change is under way. A refresh can be cancelled; an update of a node group cannot. */
function underWay(
  world: IndexedWorld,
  state: KnownState,
  { stage: _, ...running }: Running,
  back: string | undefined,
): FleetDecision {
  const bad = running.image === undefined ? undefined : whyNotStarted(world, running.image);
  const leaves = bad !== undefined && running.image !== state.desired;
  if (leaves && state.fleet.kind === "auto-scaling-group" && running.update)
    return { state, back, decision: "cancel", update: running.update.id, reasons: [bad] };
  const reasons = [
    running.update?.detail ?? "nodes are being replaced",
    ...(running.isStuck ? ["it takes longer than stuckAfter"] : []),
    ...(leaves ? [`${bad}; an update of a node group cannot be cancelled, so going back waits for its end`] : []),
  ];
  return { state, back, decision: "running", reasons, ...running };
}

/** Somebody else has moved the group, or its parameter, since the service did. */
function whyMoved(state: KnownState, now: number): string | undefined {
  const { history, observed, fleet } = state;
  const attempt = latestAttempt(state, now) ?? history.attempts[0];
  if (!attempt || (history.releasedAt ?? 0) > attempt.at) return undefined;
  const release = `POST /release {"fleet": "${fleet.name}", "reason": "…"} lets the service go on from there`;
  if (attempt.versions) {
    const { from, to } = attempt.versions;
    const number = observed.template?.number;
    if (number === undefined || number === from || number === to) return undefined;
    return `somebody has moved it to version ${number} of its launch template since the service gave it ${to}; ${release}`;
  }
  const starts = observed.starts?.id;
  if (starts === undefined || starts === attempt.image || starts === attempt.from) return undefined;
  return `somebody has written ${starts} to its parameter since the service wrote ${attempt.image}; ${release}`;
}

function changeOf({ desired, observed }: KnownState): string {
  const images = new Set(observed.nodes.map(({ image }) => image));
  images.delete(desired);
  const from = observed.starts && observed.starts.id !== desired ? [observed.starts.id] : [...images];
  return from.length > 0 ? `${from.join(", ")} → ${desired}` : `to ${desired}`;
}

function waiting(
  state: FleetState,
  what: "aws" | "image",
  reasons: string[],
  until: number | undefined = undefined,
): FleetDecision {
  return { state, back: undefined, decision: "wait", for: what, until, reasons };
}
