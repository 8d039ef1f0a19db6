import type { Configuration } from "../config/configuration.ts";
import { deletePause, readPauses, writePause } from "../io/pauses.ts";
import { triggerReconcile } from "../io/triggers.ts";
import { logger } from "../telemetry/logger.ts";
import type { PauseBody } from "./bodies.ts";
import { type Answer, answer, type Call, callerOf, refusal } from "./http.ts";
import { type ApiContext, planAfter, type Remaining } from "./intervene.ts";
import type { Caller } from "./interventions.ts";
import { type PausableWorld, type PauseDecision, pausesToJson } from "./pause-decisions.ts";

/** `POST /pause` or `/resume`. */
interface Pausing {
  /** For the log and the trigger. */
  what: "pause" | "resume";
  body: PauseBody;
  call: Call;
  lambda: Remaining;
  decide: (world: PausableWorld, body: PauseBody, caller: Caller) => PauseDecision;
}

/**
 * Pauses or resumes a variant or everything, and triggers a reconcile run; a dry run only decides. It reads only the
 * pauses, so it works while EC2, CodeBuild and upstream do not answer. The answer says what is planned then, or why
 * that is unknown.
 * @throws a refusal if the decision is one
 */
export async function pause(
  context: ApiContext & { configuration: Configuration },
  { what, body, call, lambda, decide }: Pausing,
): Promise<Answer> {
  const { environment, configuration, observe } = context;
  const known = await readPauses(environment.BUCKET);
  const by = callerOf(call);
  const decision = decide({ configuration, pauses: known }, body, { by, at: Date.now() });
  logger.info(what, { ...body, by, decision });
  if (decision.outcome === "refused") throw refusal(decision.status, decision.why, decision.allowed);
  const { scope, change, pauses, message } = decision;
  if (!body.dryRun) {
    const done = await carryOut(environment.BUCKET, scope, change);
    // Another call has paused it meanwhile, and that pause stays.
    if (!done) return pause(context, { what, body, call, lambda, decide });
    await triggerReconcile(environment.QUEUE_URL, { variant: scope, call: what });
  }
  return answer(body.dryRun ? 200 : 202, {
    variant: scope,
    dryRun: body.dryRun,
    changed: change !== undefined,
    pauses: pausesToJson(pauses),
    message,
    ...(await planAfter({ observe, lambda }, scope, (world) => ({ ...world, pauses }))),
  });
}

async function carryOut(
  bucket: string,
  scope: string,
  change: Extract<PauseDecision, { outcome: "accepted" }>["change"],
): Promise<boolean> {
  if (change === undefined) return true;
  if (change !== "delete") return writePause(bucket, scope, change.write);
  await deletePause(bucket, scope);
  return true;
}
