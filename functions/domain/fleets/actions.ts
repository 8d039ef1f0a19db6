import type { IndexedWorld } from "../indexed-world.ts";
import type { FleetDecision } from "./decide.ts";
import { isComplete, isKnown, type KnownState, ownImage } from "./fleet-state.ts";

interface Common {
  variant: string;
  fleet: string;
  reasons: string[];
}

/** A change of a fleet. */
export type FleetWrite = Common &
  (
    | {
        /** `roll` changes the launch template of the group, `point` writes the fleet's own parameter. */
        do: "roll" | "point";
        image: string;
        /** What new nodes start from now; undefined if that is unknown. */
        from: string | undefined;
        /** Whether nodes are replaced even if a disruption budget forbids it. */
        force: boolean;
      }
    /** Replaces the nodes of a group whose parameter holds the image. */
    | { do: "refresh"; image: string }
    /** Stops an instance refresh. */
    | { do: "cancel"; update: string }
    /** Deletes versions of the launch template that this service made and nothing needs. */
    | { do: "prune"; template: string; versions: number[] }
  );

export type FleetAction =
  | FleetWrite
  /** Records that all nodes run the image. The time of `after` counts from there. */
  | (Common & { do: "arrive"; image: string })
  | (Common & { do: "wait"; for: "fleet"; until: number | undefined });

/** Newer versions of the template that stay: the present one and the one to go back to. */
const keptVersions = 2;

/** What a fleet needs. Of one that is only watched, nothing is written. */
export function fleetActions(world: IndexedWorld, decision: FleetDecision): FleetAction[] {
  const { fleet } = decision.state;
  const common = { variant: fleet.variant, fleet: fleet.name };
  const write = writeOf(decision, common);
  if (fleet.mode === "watch")
    return [...arrival(world, decision), ...(write ? [watched(write)] : waitOf(decision, common))];
  return [...arrival(world, decision), ...(write ? [write] : waitOf(decision, common)), ...pruning(decision, common)];
}

function writeOf(
  decision: FleetDecision,
  common: Pick<Common, "variant" | "fleet">,
): Exclude<FleetWrite, { do: "prune" }> | undefined {
  const { state } = decision;
  if (!isKnown(state)) return undefined;
  switch (decision.decision) {
    case "roll":
    case "point": {
      const { decision: what, force, reasons } = decision;
      return { do: what, ...common, image: state.desired, from: state.observed.starts?.id, force, reasons };
    }
    case "refresh":
      return { do: "refresh", ...common, image: state.desired, reasons: decision.reasons };
    case "cancel":
      return { do: "cancel", ...common, update: decision.update, reasons: decision.reasons };
    default:
      return undefined;
  }
}

function watched({ do: what, variant, fleet, reasons }: FleetWrite): FleetAction {
  return {
    do: "wait",
    variant,
    fleet,
    for: "fleet",
    until: undefined,
    reasons: [...reasons, `it is only watched (mode), otherwise the next step would be: ${what}`],
  };
}

function waitOf(decision: FleetDecision, common: Pick<Common, "variant" | "fleet">): FleetAction[] {
  if (decision.decision === "current" || !("reasons" in decision)) return [];
  const until = decision.decision === "wait" ? decision.until : undefined;
  return [{ do: "wait", ...common, for: "fleet", until, reasons: decision.reasons }];
}

function arrival(world: IndexedWorld, { decision, state }: FleetDecision): FleetAction[] {
  if (decision !== "current" || !isKnown(state) || !isArrivalNeeded(world, state)) return [];
  const { fleet, desired, observed } = state;
  const reasons = [`${observed.nodes.length} nodes run ${desired}`];
  return [{ do: "arrive", variant: fleet.variant, fleet: fleet.name, image: desired, reasons }];
}

/** Of a fleet that is rolled, or that another one waits for; once for each time it comes to run the image. */
function isArrivalNeeded(world: IndexedWorld, { fleet, desired, history }: KnownState): boolean {
  const isAwaited = world.configuration.fleets.some(({ after }) => after?.fleet === fleet.name);
  const arrived = history.arrivals.find(({ image }) => image === desired);
  const lastElsewhere = history.arrivals.find(({ image }) => image !== desired)?.at ?? 0;
  const lastAttempt = history.attempts.find(({ image }) => image === desired)?.at ?? 0;
  const isNoted = arrived !== undefined && arrived.at >= lastElsewhere && arrived.at + 1_000 > lastAttempt;
  return (isAwaited || fleet.mode === "roll") && !isNoted && ownImage(world, desired) !== undefined;
}

function pruning({ decision, state }: FleetDecision, common: Pick<Common, "variant" | "fleet">): FleetAction[] {
  if (decision !== "current" || !isKnown(state) || !isComplete(state)) return [];
  const { template } = state.observed;
  const versions = (template?.made ?? []).slice(0, -keptVersions).filter((version) => version !== template?.number);
  if (!template || versions.length === 0) return [];
  const reasons = ["only the two newest versions that this service made stay"];
  return [{ do: "prune", ...common, template: template.template, versions, reasons }];
}
