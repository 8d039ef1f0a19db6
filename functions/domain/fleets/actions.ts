import { second } from "../../config/time.ts";
import type { Ending, Sight } from "../fleet-records.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { updateOf } from "./attempts.ts";
import type { FleetDecision } from "./decide.ts";
import { isKnown, type KnownState } from "./fleet-state.ts";
import { whyLeftAlone } from "./hold.ts";
import { stageOf } from "./stage.ts";

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
        /** Whether the fleet goes back, so that its nodes may run what no node should. */
        leaves: boolean;
        /** Whether nodes are replaced even if a disruption budget forbids it. */
        force: boolean;
      }
    /** Replaces the nodes of a group whose parameter holds the image. */
    | { do: "refresh"; image: string; leaves: boolean }
    /** Stops an instance refresh. */
    | { do: "cancel"; update: string }
    /** Deletes versions of the launch template that this service made and nothing needs. */
    | { do: "prune"; template: string; versions: number[] }
  );

export type FleetAction =
  | FleetWrite
  /** Records that all nodes run the image. The time of `after` counts from there. */
  | (Common & { do: "arrive"; image: string })
  /** Records that the rollout that was begun then has failed. It counts after AWS has forgotten it. */
  | (Common & { do: "conclude"; attemptAt: number; ending: Ending })
  /** Records that AWS shows the fleet no more, or again. */
  | (Common & { do: "sight"; sight: Sight })
  | (Common & { do: "wait"; for: "fleet"; until: number | undefined });

/** Newer versions of the template that stay: the present one and the one to go back to. */
const keptVersions = 2;

/** Why nothing is done about a fleet that is only watched. */
export const onlyWatched = "it is only watched (mode)";

/** What a fleet needs. Of one that is only watched, nothing is written. */
export function fleetActions(world: IndexedWorld, decision: FleetDecision): FleetAction[] {
  const { fleet } = decision.state;
  const about = { variant: fleet.variant, fleet: fleet.name };
  const write = writeOf(decision, about);
  const next = write ? (fleet.mode === "watch" ? watched(write) : write) : waitOf(decision, about);
  return [
    ...arrival(world, decision, about),
    ...conclusion(world, decision, about),
    ...sighting(world, decision, about),
    ...(next ? [next] : []),
    ...pruning(world, decision, about),
  ];
}

type About = Pick<Common, "variant" | "fleet">;

function writeOf(decision: FleetDecision, about: About): FleetWrite | undefined {
  const { state } = decision;
  if (!isKnown(state)) return undefined;
  switch (decision.decision) {
    case "roll":
    case "point": {
      const { decision: what, force, reasons } = decision;
      return {
        do: what,
        ...about,
        image: state.desired,
        from: state.observed.starts?.id,
        leaves: decision.back !== undefined,
        force,
        reasons,
      };
    }
    case "refresh":
      return {
        do: "refresh",
        ...about,
        image: state.desired,
        leaves: decision.back !== undefined,
        reasons: decision.reasons,
      };
    case "cancel":
      return { do: "cancel", ...about, update: decision.update, reasons: decision.reasons };
    default:
      return undefined;
  }
}

function watched({ do: what, variant, fleet, reasons }: FleetWrite): FleetAction {
  const why = `${onlyWatched}, otherwise the next step would be: ${what}`;
  return { do: "wait", variant, fleet, for: "fleet", until: undefined, reasons: [...reasons, why] };
}

function waitOf(decision: FleetDecision, about: About): FleetAction | undefined {
  if (!("reasons" in decision)) return undefined;
  const isTurn = decision.decision === "wait" && decision.for !== "aws" && decision.for !== "image";
  // A fleet that is only watched has no turn to wait for: the reasons say what it would wait for.
  const isWatched = isTurn && decision.state.fleet.mode === "watch";
  const until = decision.decision === "wait" && !isWatched ? decision.until : undefined;
  const reasons = isWatched ? [...decision.reasons, onlyWatched] : decision.reasons;
  return { do: "wait", ...about, for: "fleet", until, reasons };
}

function arrival(world: IndexedWorld, { decision, state }: FleetDecision, about: About): FleetAction[] {
  if (decision !== "current" || !isKnown(state) || !isArrivalNeeded(world, state)) return [];
  const { desired, observed } = state;
  return [{ do: "arrive", ...about, image: desired, reasons: [`${observed.nodes.length} nodes run ${desired}`] }];
}

/**
 * Of a fleet that is rolled, or that another one waits for; once for each time it comes to run the image. A fleet
 * without nodes runs nothing.
 */
function isArrivalNeeded(world: IndexedWorld, { fleet, desired, history, observed }: KnownState): boolean {
  if (observed.nodes.length === 0) return false;
  const isAwaited = world.configuration.fleets.some(({ after }) => after?.fleet === fleet.name);
  const arrived = history.arrivals.find(({ image }) => image === desired);
  const lastElsewhere = history.arrivals.find(({ image }) => image !== desired)?.at ?? 0;
  const lastAttempt = history.attempts.find(({ image }) => image === desired)?.at ?? 0;
  // S3, whose time an arrival has, counts whole seconds.
  const isNoted = arrived !== undefined && arrived.at >= lastElsewhere && arrived.at + second > lastAttempt;
  return (isAwaited || fleet.mode === "roll") && !isNoted;
}

function conclusion(world: IndexedWorld, { state }: FleetDecision, about: About): FleetAction[] {
  if (!isKnown(state) || world.unreadable !== undefined) return [];
  const stage = stageOf(state, world.now);
  if (stage.stage !== "failed" || stage.attempt.ended !== undefined) return [];
  const update = updateOf(state, stage.attempt);
  if (!update) return [];
  const { status, detail } = update;
  const { at: attemptAt, image } = stage.attempt;
  return [{ do: "conclude", ...about, attemptAt, ending: { status, detail }, reasons: [`${image}: ${stage.why}`] }];
}

/** Nothing of AWS tells since when a fleet has been unreadable. */
function sighting(world: IndexedWorld, { state }: FleetDecision, about: About): FleetAction[] {
  const { observed, history, place } = state;
  const isLost = observed.state === "unknown";
  if (world.unreadable !== undefined || isLost === (history.unseenSince !== undefined)) return [];
  // That its place is away is noted of the place.
  if (place?.observed.state === "unknown") return [];
  return [
    isLost
      ? { do: "sight", ...about, sight: "lost", reasons: [observed.why] }
      : { do: "sight", ...about, sight: "found", reasons: ["AWS shows it again"] },
  ];
}

function pruning(world: IndexedWorld, { decision, state }: FleetDecision, about: About): FleetAction[] {
  const { fleet, observed } = state;
  if (decision !== "current" || fleet.mode === "watch" || observed.state === "unknown") return [];
  const { template } = observed;
  const versions = (template?.made ?? []).slice(0, -keptVersions).filter((version) => version !== template?.number);
  if (!template || versions.length === 0 || whyLeftAlone(world, fleet) !== undefined) return [];
  const reasons = ["only the two newest versions that this service made stay"];
  return [{ do: "prune", ...about, template: template.template, versions, reasons }];
}
