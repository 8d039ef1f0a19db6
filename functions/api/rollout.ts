import { orderRecord } from "../domain/fleet-records.ts";
import { recordBody } from "../domain/records.ts";
import { writeRecord } from "../io/records.ts";
import { triggerReconcile } from "../io/triggers.ts";
import { logger } from "../telemetry/logger.ts";
import type { RolloutBody } from "./bodies.ts";
import { isAboutFleet } from "./hold-decisions.ts";
import { type Answer, answer, type Call, callerOf, refusal } from "./http.ts";
import type { ApiContext, Remaining } from "./intervene.ts";
import { partOfPlan } from "./plan.ts";
import { decideRollout, withOrder } from "./rollout-decisions.ts";

/**
 * Records a person's order to roll out what a fleet is to run now, and triggers a reconcile run; a dry run only
 * decides. It reads the whole world, because the guards of a fleet depend on what AWS says about its group.
 * @throws a refusal if the decision is one
 */
export async function rollout(
  { environment, observe }: Pick<ApiContext, "environment" | "observe">,
  { body, call, lambda }: { body: RolloutBody; call: Call; lambda: Remaining },
): Promise<Answer> {
  const world = await observe(lambda);
  const by = callerOf(call);
  const decision = decideRollout(world, body);
  logger.info("rollout", { ...body, by, decision });
  if (decision.outcome === "refused") throw refusal(decision.status, decision.why, decision.allowed);
  const { fleet, variant, image, order, message } = decision;
  const records = order ? [orderRecord(fleet, order)] : [];
  if (!body.dryRun) {
    for (const key of records) await writeRecord(environment.BUCKET, key, recordBody(by, world.now, body.reason));
    await triggerReconcile(environment.QUEUE_URL, { variant, call: `rollout ${fleet}` });
  }
  return answer(body.dryRun ? 200 : 202, {
    fleet,
    variant,
    image,
    force: body.force,
    dryRun: body.dryRun,
    changed: order !== undefined,
    records,
    message,
    plan: partOfPlan(order ? withOrder(world, fleet, order) : world, isAboutFleet(fleet)),
  });
}
