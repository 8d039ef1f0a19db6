import type {
  DesiredConfiguration,
  InstanceRefreshStatus,
  RefreshPreferences,
  RollbackDetails,
} from "@aws-sdk/client-auto-scaling";
import { type Group, templateOf } from "./group.ts";
import { type Node, whyNotStarted } from "./nodes.ts";
import { abandon, done, isOver, type Replacement, replacementOf, replaceNext } from "./replacement.ts";
import type { Site } from "./site.ts";

/** An instance refresh. Times are milliseconds since the epoch. */
export interface Refresh {
  id: string;
  status: InstanceRefreshStatus;
  reason: string | undefined;
  startedAt: number;
  endedAt: number | undefined;
  desired: DesiredConfiguration | undefined;
  preferences: RefreshPreferences;
  /** Undefined while it is pending. */
  replacement: Replacement | undefined;
  /** IDs of the new nodes. */
  replaced: string[];
  rollback: RollbackDetails | undefined;
}

const minute = 60_000;
/** How long a refresh is pending, and how long it takes to be cancelled. */
const beginsAfter = minute;
const active: readonly InstanceRefreshStatus[] = ["Pending", "InProgress", "Cancelling", "RollbackInProgress"];

export function activeRefresh({ refreshes }: Group): Refresh | undefined {
  return refreshes.find(({ status }) => active.includes(status));
}

/** Lets everything happen to the group's refresh that has been due by now. */
export async function advanceRefresh(group: Group, now: number, site: Site): Promise<void> {
  const refresh = activeRefresh(group);
  if (!refresh) return;
  if (refresh.status === "Pending" && refresh.startedAt + beginsAfter <= now) await begin(group, refresh, site);
  while (refresh.replacement && refresh.replacement.next <= now)
    if (!(await advanceOnce(group, refresh, refresh.replacement, site))) break;
}

export function cancel(refresh: Refresh, now: number): void {
  refresh.status = "Cancelling";
  refresh.reason = "Cancelled due to user request.";
  refresh.replacement = { ...(refresh.replacement ?? replacementOf([], now)), next: now + beginsAfter };
}

async function begin(group: Group, refresh: Refresh, site: Site): Promise<void> {
  const target = await site.templates.find(templateOf(refresh.desired ?? group.configuration));
  const matches = ({ template }: Node) => template?.id === target.id && template.number === target.number;
  const left = refresh.preferences.SkipMatching ? group.nodes.filter((node) => !matches(node)) : group.nodes;
  const begunAt = refresh.startedAt + beginsAfter;
  refresh.status = "InProgress";
  refresh.replacement = replacementOf(left, left.length === 0 ? begunAt : begunAt + paceOf(group, refresh));
}

/** Whether the refresh still moves. */
async function advanceOnce(group: Group, refresh: Refresh, replacement: Replacement, site: Site): Promise<boolean> {
  const at = replacement.next;
  if (refresh.status === "Cancelling") {
    await abandon(group, replacement, site);
    return end(refresh, "Cancelled", at);
  }
  if (isOver(group, replacement)) {
    if (refresh.status === "RollbackInProgress") return end(refresh, "RollbackSuccessful", at);
    group.configuration = refresh.desired ?? group.configuration;
    return end(refresh, "Successful", at);
  }
  const isForward = refresh.status === "InProgress";
  const why = isForward ? await whyItFails(group, refresh, replacement, site) : undefined;
  if (why !== undefined) return fail(group, refresh, replacement, why, site);
  const target = isForward ? (refresh.desired ?? group.configuration) : group.configuration;
  let node: Node | undefined;
  try {
    node = await replaceNext(group, replacement, target, site);
  } catch (error) {
    const reason = `Failed to launch instances: ${whyNotStarted(error)}`;
    return isForward ? fail(group, refresh, replacement, reason, site) : end(refresh, "RollbackFailed", at, reason);
  }
  if (!node) return false;
  if (isForward) refresh.replaced.push(node.id);
  if (replacement.left.length > 0) replacement.next += paceOf(group, refresh) + waitAtCheckpoint(refresh, replacement);
  return true;
}

async function whyItFails(group: Group, refresh: Refresh, replacement: Replacement, site: Site) {
  if (group.failure && done(replacement) >= Math.floor(replacement.total / 2)) {
    group.failure = undefined;
    return "The new instances did not pass the group's health checks.";
  }
  const alarms = refresh.preferences.AlarmSpecification?.Alarms ?? [];
  const ringing = alarms.length > 0 ? await site.ringing(alarms) : [];
  return ringing.length > 0 ? `CloudWatch alarms are in ALARM: ${ringing.join(", ")}` : undefined;
}

async function fail(
  group: Group,
  refresh: Refresh,
  replacement: Replacement,
  reason: string,
  site: Site,
): Promise<boolean> {
  await abandon(group, replacement, site);
  if (!refresh.preferences.AutoRollback) return end(refresh, "Failed", replacement.next, reason);
  refresh.rollback = {
    RollbackReason: reason,
    RollbackStartTime: new Date(replacement.next),
    PercentageCompleteOnRollback: percentage(refresh),
    InstancesToUpdateOnRollback: replacement.left.length,
  };
  refresh.status = "RollbackInProgress";
  refresh.reason = reason;
  const back = group.nodes.filter(({ id }) => refresh.replaced.includes(id));
  refresh.replacement = replacementOf(back, replacement.next + paceOf(group, refresh));
  return true;
}

function end(refresh: Refresh, status: InstanceRefreshStatus, at: number, reason = refresh.reason): false {
  Object.assign(refresh, { status, reason, endedAt: at });
  return false;
}

/** Until the next node: its replacement and the time that it warms up. */
function paceOf({ perNode }: Group, { preferences }: Refresh): number {
  return perNode + (preferences.InstanceWarmup ?? 0) * 1_000;
}

function waitAtCheckpoint({ preferences, status }: Refresh, { left, total }: Replacement): number {
  const { CheckpointPercentages = [], CheckpointDelay = 3_600 } = preferences;
  const share = (replaced: number) => (100 * replaced) / total;
  const replaced = total - left.length;
  const reached = CheckpointPercentages.some((one) => one <= share(replaced) && one > share(replaced - 1));
  return reached && status === "InProgress" ? CheckpointDelay * 1_000 : 0;
}

/** In percent. During a rollback it goes down to zero. */
export function percentage({ replacement, status, rollback }: Refresh): number {
  if (!replacement) return 0;
  const part = replacement.total === 0 ? 1 : done(replacement) / replacement.total;
  const before = rollback?.PercentageCompleteOnRollback;
  if (before !== undefined) return Math.floor(before * (1 - part));
  return status === "Pending" ? 0 : Math.floor(100 * part);
}
