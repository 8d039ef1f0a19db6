import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { Context, SQSEvent } from "aws-lambda";
import type { Configuration } from "../config/configuration.ts";
import type { Environment } from "../config/environment.ts";
import { minute } from "../config/time.ts";
import { indexWorld } from "../domain/indexed-world.ts";
import { planFor } from "../domain/plan.ts";
import { triggerOf } from "../domain/trigger.ts";
import { statesOf } from "../domain/variant-state.ts";
import { observe } from "../io/observe.ts";
import { logger } from "../telemetry/logger.ts";
import { writeMeasurements } from "../telemetry/metrics.ts";
import { act } from "./act.ts";
import { logOutcome, logStaleness, logTriggers, logUnread } from "./log.ts";
import { measurementsOf, stalenessOfAll } from "./measurements.ts";

/** What remains of the function's time for acting when reading ends, in milliseconds; half of it. */
const reservedForActing = 2.5 * minute;
/** What remains of it when the last action begins, in milliseconds: the time that an action takes with its waits. */
const reservedForLastAction = minute;

/** The Lambda handler of a deployment. */
export function createHandler(environment: Environment, configuration: Configuration) {
  /**
   * One run serves a batch of triggers: it reads the world, plans and acts. A failed action is logged and measured, and
   * the next run plans it again.
   * @throws Error if the world could not be read
   */
  async function reconcile(event: SQSEvent, lambda: Context): Promise<void> {
    const began = performance.now();
    const triggers = event.Records.map(({ body }) => triggerOf(body));
    logTriggers(triggers);
    const observed = await observe(
      environment,
      configuration,
      Date.now(),
      () => lambda.getRemainingTimeInMillis() - reservedForActing,
    );
    const world = indexWorld(observed);
    const states = statesOf(world);
    const hasTime = () => lambda.getRemainingTimeInMillis() > reservedForLastAction;
    const outcomes = await act(planFor(world, states), world, environment, Date.now, hasTime);
    for (const outcome of outcomes) logOutcome(outcome, world);
    logStaleness(stalenessOfAll(world, states), world);
    logUnread(world);
    const milliseconds = performance.now() - began;
    writeMeasurements(world.stage, measurementsOf({ world, states, triggers, outcomes, milliseconds }));
  }

  return middy<SQSEvent, void>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(reconcile);
}
