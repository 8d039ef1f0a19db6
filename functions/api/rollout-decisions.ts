import type { Fleet } from "../config/fleet.ts";
import { iso } from "../config/time.ts";
import { noHistory, type RolloutOrder } from "../domain/fleet-records.ts";
import { latestAttempt } from "../domain/fleets/attempts.ts";
import { decideFleets, type FleetDecision } from "../domain/fleets/decide.ts";
import {
  type FleetState,
  fleetState,
  isComplete,
  isKnown,
  type KnownState,
  ownImage,
  whyNotStarted,
  whyUnfitThere,
} from "../domain/fleets/fleet-state.ts";
import { guards } from "../domain/fleets/guards.ts";
import { whyHeld } from "../domain/fleets/hold.ts";
import { type Stage, stageOf } from "../domain/fleets/stage.ts";
import { type IndexedWorld, indexWorld } from "../domain/indexed-world.ts";
import type { World } from "../domain/world.ts";
import type { RolloutBody } from "./bodies.ts";
import { noSuchFleet } from "./hold-decisions.ts";
import { conflict, type Refusal } from "./interventions.ts";

export type RolloutDecision =
  | {
      outcome: "accepted";
      fleet: string;
      variant: string;
      /** What the fleet is to run. */
      image: string;
      /** Undefined if the call changes nothing. */
      order: RolloutOrder | undefined;
      message: string;
    }
  | Refusal;

/**
 * A person's order to roll out what the fleet's channel holds. It overrides the window, `after` and a rollout that
 * failed, never a hold, a revocation or a guard.
 */
export function decideRollout(world: World, { fleet: name, image, force }: RolloutBody): RolloutDecision {
  const fleet = world.configuration.fleets.find((one) => one.name === name);
  if (!fleet) return noSuchFleet(world.configuration, name);
  const indexed = indexWorld(world);
  const state = fleetState(indexed, fleet);
  const refused = neverRolled(fleet, force) ?? withoutImage(indexed, state, image) ?? held(indexed, state);
  if (refused) return refused;
  if (!isKnown(state)) return unread(state);
  const accepted = { outcome: "accepted" as const, fleet: name, variant: fleet.variant, image: state.desired };
  if (isComplete(state)) {
    const { length } = state.observed.nodes;
    const message = `already: ${length} nodes of ${name} run ${state.desired}, and new ones start it`;
    return { ...accepted, order: undefined, message };
  }
  const stage = stageOf(state, world.now);
  if (imageOf(stage, state, world.now) === state.desired)
    return force && !state.history.orders.find((order) => order.image === state.desired)?.force
      ? conflict(`${describeStage(stage, state)}; EKS can neither change nor cancel an update`, again)
      : { ...accepted, order: undefined, message: `already: ${describeStage(stage, state)}` };
  const inTheWay = guards(indexed, state);
  if (inTheWay.length > 0) return conflict(`${name} cannot get ${state.desired}: ${inTheWay.join("; ")}`, again);
  const order = { image: state.desired, force, at: world.now };
  const next = decisionOf(indexWorld(withOrder(world, name, order)), name);
  if ("reasons" in next && (next.decision === "held" || next.decision === "moved"))
    return conflict(next.reasons.join("; "), again);
  return { ...accepted, order, message: `${name} gets ${state.desired}; ${describeNext(next)}` };
}

const again = "this call once that is over";

/** What the configuration alone says against it. */
function neverRolled({ name, kind, mode, parameter }: Fleet, force: boolean): Refusal | undefined {
  if (mode === "watch")
    return conflict(
      `${name} is only watched, so the service changes nothing of it`,
      `mode: "roll" with a window in the fleet's entry of config.ts${parameter === "channel" ? ', and parameter: "own"' : ""}`,
    );
  if (!force || kind === "managed-node-group") return undefined;
  const why = `nothing of the fleet ${name} can be forced: only the update of a managed node group asks disruption budgets`;
  return { outcome: "refused", status: 400, why, allowed: { force: false } };
}

function withoutImage(world: IndexedWorld, state: FleetState, image: string | undefined): Refusal | undefined {
  const { fleet, desired } = state;
  const channel = `${fleet.channel} of ${fleet.variant}`;
  const later = `GET / says what ${fleet.channel} takes next`;
  if (desired === undefined) return conflict(`${channel} holds nothing that ${fleet.name} could get`, later);
  if (image !== undefined && image !== desired)
    return conflict(`${channel} holds ${desired}, not ${image}`, { image: [desired] });
  const bad = whyNotStarted(world, state, desired);
  if (bad) return conflict(`${channel} holds an image that no node should start: ${bad}`, later);
  const own = ownImage(world, state, desired);
  if (own?.state !== "available" || whyUnfitThere(world, state, own))
    return conflict(`${desired}, which ${channel} holds, cannot start a node`, later);
  return undefined;
}

function held(world: IndexedWorld, { fleet }: FleetState): Refusal | undefined {
  const why = whyHeld(world, fleet);
  return why === undefined
    ? undefined
    : conflict(why, `POST /release {"fleet": "${fleet.name}", "reason": "…"} ends the hold`);
}

function unread({ observed }: FleetState): Refusal {
  const why = observed.state === "unknown" ? observed.why : "nothing is known about it";
  return { outcome: "refused", status: 503, why, allowed: "this call later" };
}

/** The image that is being rolled out; undefined if none is or somebody else has begun it. */
function imageOf(stage: Stage, state: KnownState, now: number): string | undefined {
  if (stage.stage === "running") return stage.image;
  return stage.stage === "settling" ? latestAttempt(state, now)?.image : undefined;
}

function describeStage(stage: Stage, { fleet, desired }: KnownState): string {
  if (stage.stage !== "running") return `the rollout of ${desired} to ${fleet.name} has just begun`;
  const detail = stage.update?.detail === undefined ? [] : [`; AWS says: ${stage.update.detail}`];
  return [`${fleet.name} has been getting ${desired} since ${iso(stage.since)}`, ...detail].join("");
}

function describeNext(decision: FleetDecision): string {
  const reasons = "reasons" in decision ? decision.reasons.join("; ") : "";
  switch (decision.decision) {
    case "roll":
    case "point":
    case "refresh":
      return `the next reconcile run begins: ${reasons}`;
    case "running":
    case "cancel":
      return `the rollout begins when the change under way has ended: ${reasons}`;
    default:
      return `the rollout waits: ${reasons}`;
  }
}

function decisionOf(world: IndexedWorld, name: string): FleetDecision {
  return decideFleets(world).find(({ state }) => state.fleet.name === name) as FleetDecision;
}

/** The world once the order is recorded. */
export function withOrder(world: World, fleet: string, order: RolloutOrder): World {
  const { histories } = world.fleetRecords;
  const history = histories[fleet] ?? noHistory;
  const now = { ...history, orders: [order, ...history.orders] };
  return { ...world, fleetRecords: { ...world.fleetRecords, histories: { ...histories, [fleet]: now } } };
}
