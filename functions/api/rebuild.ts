import type { Configuration } from "../config/configuration.ts";
import { isRepeated, type Request, succeed } from "../domain/requests.ts";
import type { World } from "../domain/world.ts";
import { readRequests, writeRequest } from "../io/requests.ts";
import { triggerReconcile } from "../io/triggers.ts";
import { logger } from "../telemetry/logger.ts";
import type { RebuildBody } from "./bodies.ts";
import { type Answer, answer, type Call, callerOf, refusal } from "./http.ts";
import type { ApiContext, Remaining } from "./intervene.ts";
import { noSuchVariant } from "./interventions.ts";
import { partOfPlan } from "./plan.ts";

/**
 * Writes a rebuild request and triggers a reconcile run. It reads only the requests, so it works while everything else
 * does not answer. A dry run reads the whole world and says what would be planned.
 */
export async function rebuild(
  { environment, configuration, observe }: ApiContext & { configuration: Configuration },
  { variant, reason, idempotencyKey, dryRun }: RebuildBody,
  { call, lambda }: { call: Call; lambda: Remaining },
): Promise<Answer> {
  if (!configuration.variants.some(({ name }) => name === variant)) {
    const { status, why, allowed } = noSuchVariant({ configuration }, variant);
    throw refusal(status, why, allowed);
  }
  const id = idempotencyKey ?? call.requestContext.requestId;
  const by = callerOf(call);
  const known = (await readRequests(environment.REQUESTS_PREFIX))[variant];
  const repeated = isRepeated(known, id);
  const request = { id, reason, by, at: new Date().toISOString() };
  logger.info("rebuild", { variant, request: id, reason, by, dryRun, repeated });
  const result = { variant, request: id, repeated, dryRun };
  if (dryRun)
    return answer(200, {
      ...result,
      plan: await planWithRequest(() => observe(lambda), variant, repeated ? known : succeed(known, request)),
    });
  if (!repeated) await writeRequest(environment, variant, request, known);
  await triggerReconcile(environment.QUEUE_URL, { variant, call: `rebuild ${id}` });
  return answer(202, result);
}

async function planWithRequest(observe: () => Promise<World>, variant: string, request: Request | undefined) {
  const world = await observe();
  const requests = { ...world.requests, ...(request && { [variant]: request }) };
  return partOfPlan({ ...world, requests }, (action) => action.variant === variant);
}
