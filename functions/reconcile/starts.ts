import type { Action } from "../domain/plan.ts";
import { recordBody } from "../domain/records.ts";
import { laneOf, pendingStarts, startRecord, startsIn } from "../domain/starts.ts";
import { orderLifetime, type Started, startBuild } from "../io/build-starts.ts";
import { readRecords, writeRecord } from "../io/records.ts";
import { isPausedNow } from "./recheck.ts";
import type { Run } from "./writes.ts";

/** The action that passes an order to CodeBuild. */
type StartAction = Extract<Action, { order: unknown }>;

/**
 * Passes an order to CodeBuild, unless a person has paused the variant, another run orders something else for it there at the
 * same time, or the order has become too old. CodeBuild lists a build late, so the order is recorded first: the next run
 * surely reads that.
 */
export async function start({ variant, order, reasons }: StartAction, run: Run): Promise<Started | undefined> {
  const { world, environment, clock } = run;
  if (await isPausedNow(variant, environment)) return undefined;
  const body = recordBody("reconcile", clock(), reasons.join("; "));
  await writeRecord(environment.BUCKET, startRecord(order), body);
  // Each run records before it reads, so at least one of two sees the other.
  const starts = startsIn(await readRecords(environment.BUCKET, "starts"));
  const pending = pendingStarts(starts, world.builds.all, world.now).get(laneOf(order)) ?? [];
  const isFirst = pending.every(({ token }) => token === order.token);
  if (!isFirst || clock() - world.now >= orderLifetime) return undefined;
  return startBuild(environment.PROJECT_NAME, order);
}
