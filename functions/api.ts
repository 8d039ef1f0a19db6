import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import httpRouter from "@middy/http-router";
import { config } from "../config.ts";
import { audit } from "./api/audit.ts";
import { examplesFor, ImageOrder, RebuildOrder, RollbackOrder } from "./api/bodies.ts";
import { directCalls } from "./api/direct-calls.ts";
import { type Answer, answer, type Call, parseBody, refusal } from "./api/http.ts";
import { intervene } from "./api/intervene.ts";
import { decidePromote, decideRevoke, decideUnrevoke } from "./api/interventions.ts";
import { planOf } from "./api/plan.ts";
import { rebuild } from "./api/rebuild.ts";
import { decideRollback } from "./api/rollback.ts";
import { statusOf } from "./api/status.ts";
import { parseConfiguration } from "./config/configuration.ts";
import { readEnvironment } from "./config/environment.ts";
import { observe, observeImages } from "./io/observe.ts";
import { logger } from "./telemetry/logger.ts";

const environment = readEnvironment(process.env);
const configuration = parseConfiguration(config);
const examples = examplesFor(configuration.variants.map(({ name }) => name));
const deployed = {
  environment,
  configuration,
  look: () => observe(environment, configuration, Date.now()),
  lookAtImages: () => observeImages(environment, configuration, Date.now()),
};

async function getStatus(): Promise<Answer> {
  return answer(200, statusOf(await deployed.look(), environment.CHANNELS_PREFIX));
}

async function getPlan(): Promise<Answer> {
  return answer(200, planOf(await deployed.look()));
}

async function postRebuild(call: Call): Promise<Answer> {
  return rebuild(deployed, parseBody(call, RebuildOrder, examples.rebuild), call);
}

async function postPromote(call: Call): Promise<Answer> {
  return intervene(deployed, "promote", parseBody(call, ImageOrder, examples.image), call, decidePromote);
}

async function postRollback(call: Call): Promise<Answer> {
  return intervene(deployed, "rollback", parseBody(call, RollbackOrder, examples.rollback), call, decideRollback);
}

async function postRevoke(call: Call): Promise<Answer> {
  return intervene(deployed, "revoke", parseBody(call, ImageOrder, examples.image), call, decideRevoke);
}

async function postUnrevoke(call: Call): Promise<Answer> {
  return intervene(deployed, "unrevoke", parseBody(call, ImageOrder, examples.image), call, decideUnrevoke);
}

const routes = [
  { method: "GET", path: "/", handler: getStatus },
  { method: "GET", path: "/plan", handler: getPlan },
  { method: "POST", path: "/rebuild", handler: postRebuild },
  { method: "POST", path: "/promote", handler: postPromote },
  { method: "POST", path: "/rollback", handler: postRollback },
  { method: "POST", path: "/revoke", handler: postRevoke },
  { method: "POST", path: "/unrevoke", handler: postUnrevoke },
] as const;

function refuseRoute({ method, path }: { method: string; path: string }): never {
  const allowed = routes.map((route) => `${route.method} ${route.path}`);
  const methods = routes.filter((route) => route.path === path).map((route) => route.method);
  if (methods.length > 0) throw refusal(405, `${path} does not take ${method}`, methods);
  throw refusal(404, `there is no ${path}`, allowed);
}

export const handler = middy<Call, Answer>()
  .use(injectLambdaContext(logger))
  .use(
    httpErrorHandler({
      // The audit tells it.
      logger: false,
      fallbackMessage: JSON.stringify({ error: "the call could not be served; the function's log says why" }),
    }),
  )
  .use(configuration.policies.functionUrl ? [] : [directCalls()])
  .use(audit())
  .handler(httpRouter({ routes: [...routes], notFoundResponse: refuseRoute }));
