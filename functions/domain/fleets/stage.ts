import type { Attempt } from "../fleet-records.ts";
import type { GroupUpdate } from "../observed-fleet.ts";
import { hasTaken, isFresh, latestAttempt, settlesWithin, updateOf } from "./attempts.ts";
import { isComplete, type KnownState, nodesBehind } from "./fleet-state.ts";

/** Where a fleet is in its latest change. Times are milliseconds since the epoch. */
export type Stage =
  | {
      stage: "running";
      since: number;
      isStuck: boolean;
      /** The image that it brings; undefined if somebody else has begun the change. */
      image: string | undefined;
      update: GroupUpdate | undefined;
    }
  /** Recorded, and not to be seen yet. */
  | { stage: "settling"; until: number }
  /** The fleet's own parameter holds the image, and the refresh that replaces the nodes has still to begin. */
  | { stage: "pointed"; since: number }
  | { stage: "failed"; attempt: Attempt; why: string }
  | { stage: "idle" };

export type Running = Extract<Stage, { stage: "running" }>;

export function stageOf(state: KnownState, now: number): Stage {
  const { observed } = state;
  const attempt = latestAttempt(state, now);
  const update = attempt && updateOf(state, attempt);
  const running = observed.updates.find(({ status }) => status === "running");
  if (running || observed.isChanging) {
    const isOurs = attempt !== undefined && (running ? running === update : isFresh(attempt, now));
    const since = running?.startedAt ?? (isOurs ? attempt.at : now);
    return runningSince(state, now, { since, image: isOurs ? attempt.image : undefined, update: running });
  }
  if (!attempt) return { stage: "idle" };
  if (attempt.refused !== undefined) return { stage: "failed", attempt, why: `AWS refused it: ${attempt.refused}` };
  if (update) return ended(state, attempt, update);
  if (isComplete(state)) return { stage: "idle" };
  // That a group has its new version does not say that its update is shown already.
  if (isFresh(attempt, now) && (attempt.versions || !hasTaken(state, attempt)))
    return { stage: "settling", until: attempt.at + settlesWithin };
  return attempt.versions ? { stage: "idle" } : followed(state, now, attempt);
}

/** Nodes follow the fleet's own parameter: Karpenter replaces them by itself, an Auto Scaling group by a refresh. */
function followed(state: KnownState, now: number, attempt: Attempt): Stage {
  const { fleet, observed, desired } = state;
  const { at: since, image } = attempt;
  const isDone = observed.nodes.every((node) => node.image === image);
  if (!hasTaken(state, attempt) || isDone) return { stage: "idle" };
  if (fleet.kind !== "karpenter") return image === desired ? { stage: "pointed", since } : { stage: "idle" };
  const running = runningSince(state, now, { since, image, update: undefined });
  // A parameter can be written at any time, so what is stuck does not block the next image.
  return running.isStuck && image !== desired ? { stage: "idle" } : running;
}

function runningSince({ fleet }: KnownState, now: number, about: Pick<Running, "since" | "image" | "update">): Running {
  return { stage: "running", isStuck: now - about.since > fleet.stuckAfter, ...about };
}

function ended(state: KnownState, attempt: Attempt, update: GroupUpdate): Stage {
  if (update.status !== "succeeded")
    return { stage: "failed", attempt, why: `${words[update.status]}: ${update.detail ?? "AWS gives no reason"}` };
  const left = nodesBehind(state).filter(({ since }) => since < update.startedAt);
  if (attempt.image !== state.desired || left.length === 0) return { stage: "idle" };
  const ids = left.map(({ id, image }) => `${id} (${image})`).join(", ");
  return { stage: "failed", attempt, why: `it ended and left nodes as they were: ${ids}` };
}

const words: Record<Exclude<GroupUpdate["status"], "succeeded">, string> = {
  running: "it runs",
  failed: "it failed",
  cancelled: "it was cancelled",
  "rolled-back": "it was rolled back",
};
