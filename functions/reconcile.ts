import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { SQSEvent } from "aws-lambda";
import { config } from "../config.ts";
import { act, type Outcome } from "./act.ts";
import { parseConfiguration } from "./configuration.ts";
import { readEnvironment } from "./environment.ts";
import { logger } from "./logger.ts";
import { logOutcome, logStandings, logTriggers } from "./look-log.ts";
import { measurementsOf, standingsOf } from "./measurements.ts";
import { writeMeasurements } from "./metrics.ts";
import { observe } from "./observe.ts";
import { plan } from "./plan.ts";
import { triggerOf } from "./trigger.ts";

const environment = readEnvironment(process.env);
const configuration = parseConfiguration(config);

/** A batch of triggers is one look at the world. */
async function reconcile(event: SQSEvent): Promise<void> {
  const began = performance.now();
  const triggers = event.Records.map(({ body }) => triggerOf(body));
  logTriggers(triggers);
  const world = await observe(environment, configuration, Date.now());
  const outcomes = await act(plan(world), world, environment, Date.now);
  for (const outcome of outcomes) logOutcome(outcome, world);
  logStandings(standingsOf(world), world);
  throwIfNothingWorked(outcomes);
  const milliseconds = performance.now() - began;
  writeMeasurements(world.stage, measurementsOf({ world, triggers, outcomes, milliseconds }));
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

export const handler = middy<SQSEvent, void>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .handler(reconcile);
