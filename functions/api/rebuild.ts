import type { Configuration } from "../config/configuration.ts";
import { isRepeated, type Request, readRequests, succeed, writeRequest } from "../io/requests.ts";
import { wake } from "../io/triggers.ts";
import { logger } from "../telemetry/logger.ts";
import type { RebuildOrder } from "./bodies.ts";
import { type Answer, answer, type Call, callerOf, refusal } from "./http.ts";
import type { Deployed } from "./intervene.ts";
import { noSuchVariant } from "./interventions.ts";
import { planOf } from "./plan.ts";

/**
 * Writes the request, then wakes reconcile. It asks nothing but the requests, so that it works while the rest of the world does not answer;
 * a dry run looks at everything and says what is planned once the request stands.
 */
export async function rebuild(
  { environment, configuration, look }: Deployed & { configuration: Configuration },
  { variant, reason, idempotencyKey, dryRun }: RebuildOrder,
  call: Call,
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
  const said = { variant, request: id, repeated, dryRun };
  if (dryRun)
    return answer(200, { ...said, plan: await planned(look, variant, repeated ? known : succeed(known, request)) });
  if (!repeated) await writeRequest(environment, variant, request, known);
  await wake(environment.QUEUE_URL, variant, `rebuild ${id}`);
  return answer(202, said);
}

async function planned(look: Deployed["look"], variant: string, request: Request | undefined) {
  const world = await look();
  const requests = { ...world.requests, ...(request && { [variant]: request }) };
  return planOf({ ...world, requests }).actions.filter((action) => action.variant === variant);
}
