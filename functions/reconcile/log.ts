import { hour, iso } from "../config/time.ts";
import type { Standing } from "../domain/building/staleness.ts";
import type { Trigger } from "../domain/trigger.ts";
import type { World } from "../domain/world.ts";
import { logger } from "../telemetry/logger.ts";
import type { Outcome } from "./act.ts";
import { listTriggers, tokenOf } from "./correlation.ts";

// The lines that tell of one look. Saved queries read their fields (infra/queries.ts).

/** What woke reconcile. All later lines of the look list it beside what they say. */
export function logTriggers(triggers: readonly Trigger[]): void {
  for (const trigger of triggers) {
    if (trigger.kind === "unknown") logger.warn("trigger not recognised, looking all the same", { trigger });
    else logger.info("trigger", { trigger });
  }
  logger.appendKeys({ triggers: listTriggers(triggers) });
}

/** What was done or not done, with the correlation ID of what it was about. */
export function logOutcome(outcome: Outcome, world: World): void {
  const { action, ...result } = outcome;
  const { do: what, variant, ...rest } = action;
  const facts = {
    variant,
    token: tokenOf(action, world),
    ...rest,
    ...("order" in rest && { order: undefined, inputs: rest.order.inputs }),
    ...("until" in rest && { until: rest.until === undefined ? null : iso(rest.until) }),
  };
  if (result.result === "failed") logger.error(`${what} failed`, { ...facts, result: "failed", error: result.error });
  else logger.info(what, { ...facts, ...result });
}

/** How each variant stands: what metrics tell of all of them together. */
export function logStandings(standings: readonly Standing[], { now }: World): void {
  for (const { behindSince, ...standing } of standings)
    logger.info("standing", {
      ...standing,
      behindSince: behindSince === undefined ? null : iso(behindSince),
      hoursBehind: behindSince === undefined ? 0 : Math.round((now - behindSince) / hour),
    });
}
