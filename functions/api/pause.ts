import type { Pauses } from "../domain/pauses.ts";
import { recordBody } from "../domain/records.ts";
import { deletePause, type PauseKind, readPauses, writePause } from "../io/pauses.ts";
import { writeRecord } from "../io/records.ts";
import { triggerReconcile } from "../io/triggers.ts";
import { logger } from "../telemetry/logger.ts";
import { type Answer, answer, type Call, callerOf, refusal } from "./http.ts";
import { type ApiContext, planAfter, type Remaining } from "./intervene.ts";
import type { Caller } from "./interventions.ts";
import type { AcceptedPause, Pausable, PauseDecision } from "./pause-decisions.ts";

interface Pausing<Body> {
  /** For the log and the trigger. */
  what: "pause" | "resume" | "hold" | "release";
  /** What pauses, or holds, are about. */
  of: Pausable;
  body: Body;
  call: Call;
  lambda: Remaining;
  /** @param known all pauses, or all holds */
  decide: (known: Pauses, body: Body, caller: Caller) => PauseDecision;
}

/**
 * Pauses or resumes a variant or everything, or holds or releases a fleet, and triggers a reconcile run; a dry run only
 * decides. It reads only the pauses, or the holds, so it works while EC2, CodeBuild, EKS and upstream do not answer.
 * The answer says what is planned then, or why that is unknown.
 * @throws a refusal if the decision is one
 */
export async function pause<Body extends { reason: string; dryRun: boolean }>(
  context: Pick<ApiContext, "environment" | "observe">,
  { what, of, body, call, lambda, decide }: Pausing<Body>,
): Promise<Answer> {
  const { environment, observe } = context;
  const { BUCKET, QUEUE_URL } = environment;
  const known = await readPauses(BUCKET, undefined, of.kind);
  const caller = { by: callerOf(call), at: Date.now() };
  const decision = decide(known, body, caller);
  logger.info(what, { ...body, by: caller.by, decision });
  if (decision.outcome === "refused") throw refusal(decision.status, decision.why, decision.allowed);
  const { scope, change, record, message } = decision;
  if (!body.dryRun) {
    // If S3 fails after it, the pause that it goes with stays.
    if (record) await writeRecord(BUCKET, record, recordBody(caller.by, caller.at, body.reason));
    const done = await carryOut(BUCKET, of.kind, decision);
    // Another call has paused it meanwhile, and that pause stays.
    if (!done) return pause(context, { what, of, body, call, lambda, decide });
    await triggerReconcile(QUEUE_URL, { variant: scope, call: what });
  }
  return answer(body.dryRun ? 200 : 202, {
    ...of.toJson(decision),
    dryRun: body.dryRun,
    changed: change !== undefined || record !== undefined,
    message,
    ...(await planAfter(
      { observe, lambda },
      (action) => of.isAbout(scope, action),
      (world) => of.applied(world, decision),
    )),
  });
}

async function carryOut(bucket: string, kind: PauseKind, { scope, change }: AcceptedPause): Promise<boolean> {
  if (change === undefined) return true;
  if (change !== "delete") return writePause(bucket, scope, change.write, kind);
  await deletePause(bucket, scope, kind);
  return true;
}
