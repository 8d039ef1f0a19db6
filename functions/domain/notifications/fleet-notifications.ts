import { holdingSince } from "../fleets/behind.ts";
import type { FleetDecision } from "../fleets/decide.ts";
import { isComplete, isKnown, type KnownState, nodesBehind, revokedInUse } from "../fleets/fleet-state.ts";
import { latestAttempt } from "../fleets/stage.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { sha256 } from "../inputs.ts";
import type { Keyed } from "./keyed.ts";

interface About {
  fleet: string;
  /** The image that the fleet is to run. */
  image: string;
}

/** What becomes of the nodes of a fleet. */
export type FleetNotification = About &
  (
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
    | { kind: "fleet-behind"; nodes: number; since: number; why: string[] }
  );

export function fleetNotifications(world: IndexedWorld, decision: FleetDecision): Keyed<FleetNotification>[] {
  if (!isKnown(decision.state)) return [];
  const { fleet } = decision.state;
  return [
    ...(fleet.mode === "roll" ? ofRollouts(world, decision, decision.state) : []),
    ...usesRevoked(world, decision, decision.state),
    ...isBehind(world, decision, decision.state),
  ];
}

type Part = Keyed<FleetNotification>[];

function ofRollouts(world: IndexedWorld, decision: FleetDecision, state: KnownState): Part {
  const { fleet, desired } = state;
  const about = { variant: fleet.variant, fleet: fleet.name, image: desired, at: world.now };
  const keyOf = (kind: string, rest: string | number) => `${kind}/${fleet.name}/${rest}`;
  return [
    ...begun(world, decision, state),
    ...done(world, state),
    ...(decision.decision === "wait" && ["person", "time", "other-fleet"].includes(decision.for)
      ? [
          {
            ...about,
            kind: "rollout-waits" as const,
            key: keyOf("rollout-waits", desired),
            waitsFor: decision.reasons,
            until: decision.until,
          },
        ]
      : []),
    ...(decision.decision === "refused" || decision.decision === "moved"
      ? [
          {
            ...about,
            kind: decision.decision === "refused" ? ("rollout-refused" as const) : ("fleet-moved" as const),
            key: keyOf(decision.decision, sha256(decision.reasons.join("\n"))),
            why: decision.reasons,
          },
        ]
      : []),
    ...(decision.decision === "running" && decision.isStuck
      ? [
          {
            ...about,
            kind: "rollout-stuck" as const,
            key: keyOf("rollout-stuck", decision.since),
            image: decision.image ?? desired,
            since: decision.since,
            detail: decision.update?.detail,
          },
        ]
      : []),
    ...(decision.decision === "failed"
      ? [
          {
            ...about,
            kind: "rollout-failed" as const,
            key: keyOf("rollout-failed", decision.attempt.at),
            why: decision.reasons.join("; "),
          },
        ]
      : []),
  ];
}

function begun(world: IndexedWorld, { back }: FleetDecision, state: KnownState): Part {
  const { fleet } = state;
  const attempt = latestAttempt(state, world.now);
  if (!attempt) return [];
  const { at, image, from } = attempt;
  const nodes = state.observed.nodes.filter((node) => node.image !== image).length;
  const key = `rollout-begun/${fleet.name}/${at}`;
  return [{ kind: "rollout-begun", key, variant: fleet.variant, at, fleet: fleet.name, image, from, nodes, back }];
}

function done(world: IndexedWorld, state: KnownState): Part {
  const { fleet, history, desired, observed } = state;
  const attempt = latestAttempt(state, world.now);
  const arrival = history.arrivals.find(({ image }) => image === desired);
  if (!attempt || !arrival || attempt.image !== desired || arrival.at + 1_000 <= attempt.at || !isComplete(state))
    return [];
  return [
    {
      kind: "rollout-done",
      key: `rollout-done/${fleet.name}/${attempt.at}`,
      variant: fleet.variant,
      at: arrival.at,
      fleet: fleet.name,
      image: desired,
      nodes: observed.nodes.length,
      minutes: Math.max(1, Math.round((arrival.at - attempt.at) / 60_000)),
    },
  ];
}

function usesRevoked(world: IndexedWorld, decision: FleetDecision, state: KnownState): Part {
  const { fleet, desired } = state;
  const uses = revokedInUse(world, state);
  const [first] = uses;
  if (!first) return [];
  const next = "reasons" in decision ? decision.reasons : [];
  return [
    {
      kind: "fleet-revoked",
      key: `fleet-revoked/${fleet.name}/${first.image}`,
      variant: fleet.variant,
      at: world.now,
      fleet: fleet.name,
      image: desired,
      uses,
      next,
      isWatched: fleet.mode === "watch",
    },
  ];
}

function isBehind(world: IndexedWorld, decision: FleetDecision, state: KnownState): Part {
  const { fleet, desired } = state;
  const since = holdingSince(world, state);
  if (since === undefined || world.now - since < fleet.behindAfter) return [];
  const why = "reasons" in decision ? decision.reasons : [];
  return [
    {
      kind: "fleet-behind",
      // Once for each time that it falls behind, not for each image that the channel takes meanwhile.
      key: `fleet-behind/${fleet.name}/${since}`,
      variant: fleet.variant,
      at: since + fleet.behindAfter,
      fleet: fleet.name,
      image: desired,
      nodes: nodesBehind(state).length,
      since,
      why,
    },
  ];
}
