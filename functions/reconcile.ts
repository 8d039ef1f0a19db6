import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { SQSEvent } from "aws-lambda";
import { config } from "../config.ts";
import { act, type Outcome } from "./act.ts";
import { parseConfiguration } from "./configuration.ts";
import { readEnvironment } from "./environment.ts";
import { logger } from "./logger.ts";
import { observe } from "./observe.ts";
import { plan } from "./plan.ts";
import { triggerOf } from "./trigger.ts";

const environment = readEnvironment(process.env);
const configuration = parseConfiguration(config);

/** A batch of triggers is one look at the world. */
async function reconcile(event: SQSEvent): Promise<void> {
  for (const { body } of event.Records) {
    const trigger = triggerOf(body);
    if (trigger.kind === "unknown") logger.warn("trigger not recognised, looking all the same", { trigger });
    else logger.info("trigger", { trigger });
  }
  const world = await observe(environment, configuration, Date.now());
  const outcomes = await act(plan(world), world, environment, Date.now);
  for (const outcome of outcomes) report(outcome);
  throwIfNothingWorked(outcomes);
}

function report(outcome: Outcome): void {
  const { action, ...result } = outcome;
  const { do: what, variant, ...rest } = action;
  const facts = {
    ...rest,
    ...("order" in rest && { order: undefined, token: rest.order.token, inputs: rest.order.inputs }),
  };
  if (result.result === "failed") logger.error(`${what} failed`, { variant, ...facts, error: result.error });
  else logger.info(what, { variant, ...facts, ...result });
}

/** One variant's trouble is told in the log and tried again by the next look; the batch is only when no variant was spared. */
function throwIfNothingWorked(outcomes: Outcome[]): void {
  const failed = outcomes.flatMap((outcome) => (outcome.result === "failed" ? [outcome] : []));
  const spared = configuration.variants.some(({ name }) => failed.every(({ action }) => action.variant !== name));
  if (!spared)
    throw new AggregateError(
      failed.map(({ error }) => error),
      "acting: no variant could be served",
    );
}

export const handler = middy<SQSEvent, void>().use(injectLambdaContext(logger)).handler(reconcile);
