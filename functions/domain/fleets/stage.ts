import { minute } from "../../config/time.ts";
import type { Attempt } from "../fleet-records.ts";
import type { GroupUpdate } from "../observed-fleet.ts";
import { type KnownState, nodesBehind } from "./fleet-state.ts";

/**
 * How long after its record a rollout may be invisible, in milliseconds: the run that began it ends within Lambda's five
 * minutes, and AWS shows what was begun soon after.
 */
export const settlesWithin = 10 * minute;

/** AWS's clock may be behind that of the record, in milliseconds. */
const clockSkew = minute;

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
  | { stage: "failed"; attempt: Attempt; why: string }
  | { stage: "idle" };

export function stageOf(state: KnownState, now: number): Stage {
  const { fleet, observed } = state;
  const attempt = latestAttempt(state, now);
  const update = attempt && updateOf(state, attempt);
  const running = observed.updates.find(({ status }) => status === "running");
  if (running || observed.isChanging) {
    const isOurs = attempt !== undefined && (running === undefined || running === update);
    const since = running?.startedAt ?? attempt?.at ?? now;
    const image = isOurs ? attempt.image : undefined;
    return { stage: "running", since, isStuck: now - since > fleet.stuckAfter, image, update: running };
  }
  if (!attempt) return { stage: "idle" };
  if (attempt.refused !== undefined) return { stage: "failed", attempt, why: `AWS refused it: ${attempt.refused}` };
  if (update) return ended(state, attempt, update);
  if (fleet.kind === "karpenter" && observed.starts?.id === attempt.image && nodesBehind(state).length > 0) {
    const { at: since, image } = attempt;
    const isStuck = now - since > fleet.stuckAfter;
    // A parameter can be written at any time, so what is stuck does not block the next image.
    return isStuck && image !== state.desired
      ? { stage: "idle" }
      : { stage: "running", since, isStuck, image, update: undefined };
  }
  const until = attempt.at + settlesWithin;
  return now < until && !hasTaken(state, attempt) ? { stage: "settling", until } : { stage: "idle" };
}

/** Whether the group, or its parameter, is where the attempt was to bring it. */
function hasTaken({ observed }: KnownState, { image, versions }: Attempt): boolean {
  return versions ? observed.template?.number === versions.to : observed.starts?.id === image;
}

/** The latest attempt that has had an effect or may still have one. */
export function latestAttempt(state: KnownState, now: number): Attempt | undefined {
  return state.history.attempts.find(
    (attempt) =>
      attempt.refused !== undefined ||
      now - attempt.at < settlesWithin ||
      hasTaken(state, attempt) ||
      updateOf(state, attempt) !== undefined,
  );
}

/** What AWS made of the attempt; undefined if it shows nothing of it. */
function updateOf({ observed, history }: KnownState, attempt: Attempt): GroupUpdate | undefined {
  const next = history.attempts.findLast(({ at }) => at > attempt.at);
  return observed.updates.findLast(
    ({ startedAt, version }) =>
      startedAt >= attempt.at - clockSkew &&
      (next === undefined || startedAt < next.at) &&
      (version === undefined || version === attempt.versions?.to),
  );
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
