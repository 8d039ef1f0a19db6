import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import httpRouter from "@middy/http-router";
import type { Context } from "aws-lambda";
import type { Configuration } from "../config/configuration.ts";
import type { Environment } from "../config/environment.ts";
import { second } from "../config/time.ts";
import { observe, observeImages } from "../io/observe.ts";
import { logger } from "../telemetry/logger.ts";
import { audit } from "./audit.ts";
import { calls } from "./direct-calls.ts";
import type { Answer, Call } from "./http.ts";
import type { Remaining } from "./intervene.ts";
import { errorPages } from "./page/error-page.ts";
import { refuseRoute, routesOf } from "./routes.ts";

/** What remains of the function's time when reading ends, in milliseconds. */
const reservedForPlan = 5 * second;

/** The Lambda handler of a deployment. */
export function createHandler(environment: Environment, configuration: Configuration) {
  const context = {
    environment,
    configuration,
    observe: (lambda: Remaining) =>
      observe(environment, configuration, Date.now(), () => lambda.getRemainingTimeInMillis() - reservedForPlan),
    observeImages: () => observeImages(environment, configuration, Date.now()),
  };
  const routes = routesOf(context);
  const router = httpRouter({ routes, notFoundResponse: (call) => refuseRoute(routes, call) });

  /** The router takes an empty method or path for an event that is no call. */
  function route(call: Call, lambda: Context, abort: { signal: AbortSignal }) {
    const { method, path } = call.requestContext.http;
    return method && path ? router(call, lambda, abort) : refuseRoute(routes, { method, path });
  }

  return middy<Call, Answer>()
    .use(injectLambdaContext(logger))
    .use(errorPages())
    .use(
      httpErrorHandler({
        // audit() logs the error.
        logger: false,
        fallbackMessage: JSON.stringify({ error: "the call failed; see the function's log" }),
      }),
    )
    .use(calls(configuration.policies.functionUrl))
    .use(audit())
    .handler(route);
}
