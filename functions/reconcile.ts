import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { SQSEvent } from "aws-lambda";
import { config } from "../config.ts";
import { parseConfiguration } from "./config/configuration.ts";
import { readEnvironment } from "./config/environment.ts";
import { plan } from "./domain/plan.ts";
import { triggerOf } from "./domain/trigger.ts";
import { observe } from "./io/observe.ts";
import { act } from "./reconcile/act.ts";
import { logOutcome, logStandings, logTriggers } from "./reconcile/log.ts";
import { measurementsOf, standingsOf } from "./reconcile/measurements.ts";
import { logger } from "./telemetry/logger.ts";
import { writeMeasurements } from "./telemetry/metrics.ts";

const environment = readEnvironment(process.env);
const configuration = parseConfiguration(config);

/**
 * A batch of triggers is one look at the world. What could not be done is logged, measured and planned anew by the next look.
 * @throws Error when the world could not be read
 */
async function reconcile(event: SQSEvent): Promise<void> {
  const began = performance.now();
  const triggers = event.Records.map(({ body }) => triggerOf(body));
  logTriggers(triggers);
  const world = await observe(environment, configuration, Date.now());
  const outcomes = await act(plan(world), world, environment, Date.now);
  for (const outcome of outcomes) logOutcome(outcome, world);
  logStandings(standingsOf(world), world);
  const milliseconds = performance.now() - began;
  writeMeasurements(world.stage, measurementsOf({ world, triggers, outcomes, milliseconds }));
}

export const handler = middy<SQSEvent, void>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .handler(reconcile);
