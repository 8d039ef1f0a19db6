import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import httpRouter from "@middy/http-router";
import type { Context } from "aws-lambda";
import * as z from "zod";
import { config } from "../config.ts";
import pinned from "../packer/versions.json" with { type: "json" };
import { adopt } from "./api/adopt.ts";
import { audit } from "./api/audit.ts";
import { examplesFor, ImageBody, PauseBody, RebuildBody, RollbackBody } from "./api/bodies.ts";
import { calls } from "./api/direct-calls.ts";
import { type Answer, answer, type Call, parseBody, parseQuery, refusal } from "./api/http.ts";
import { intervene, type Remaining } from "./api/intervene.ts";
import { type Caller, type Decision, decideApprove, decideRevoke, decideUnrevoke } from "./api/interventions.ts";
import { answerRoom, queryExamples, StatusQuery } from "./api/page.ts";
import { pause } from "./api/pause.ts";
import { decidePause, decideResume } from "./api/pause-decisions.ts";
import { planOf } from "./api/plan.ts";
import { rebuild } from "./api/rebuild.ts";
import { decideRollback } from "./api/rollback.ts";
import { statusOf } from "./api/status.ts";
import { parseConfiguration } from "./config/configuration.ts";
import { readEnvironment } from "./config/environment.ts";
import { second } from "./config/time.ts";
import { Versions } from "./config/versions.ts";
import type { ImageWorld } from "./domain/world.ts";
import { observe, observeImages } from "./io/observe.ts";
import { logger } from "./telemetry/logger.ts";

const environment = readEnvironment(process.env);
const configuration = parseConfiguration(config);
const versions = Versions.parse(pinned);
/** What remains of the function's time when reading ends, in milliseconds. */
const reservedForPlan = 5 * second;
const examples = examplesFor(configuration.variants.map(({ name }) => name));
const context = {
  environment,
  configuration,
  observe: (lambda: Remaining) =>
    observe(environment, configuration, Date.now(), () => lambda.getRemainingTimeInMillis() - reservedForPlan),
  observeImages: () => observeImages(environment, configuration, Date.now()),
};

async function getStatus(call: Call, lambda: Remaining): Promise<Answer> {
  const page = { ...parseQuery(call, StatusQuery, queryExamples), room: answerRoom };
  return answer(200, statusOf(await context.observe(lambda), environment.CHANNELS_PREFIX, versions, page));
}

async function getPlan(call: Call, lambda: Remaining): Promise<Answer> {
  parseQuery(call, z.strictObject({}), {});
  return answer(200, planOf(await context.observe(lambda)));
}

async function postRebuild(call: Call, lambda: Remaining): Promise<Answer> {
  return rebuild(context, parseBody(call, RebuildBody, examples.rebuild), { call, lambda });
}

/** The handler of a call that decides about an image. */
function intervention<Body extends { reason: string; dryRun: boolean }>(
  what: string,
  schema: z.ZodType<Body>,
  example: unknown,
  decide: (world: ImageWorld, body: Body, caller: Caller) => Decision,
) {
  return async (call: Call, lambda: Context): Promise<Answer> =>
    intervene(context, { what, body: parseBody(call, schema, example), call, lambda, decide });
}

async function postAdopt(call: Call): Promise<Answer> {
  return adopt(context, parseBody(call, ImageBody, examples.image), call);
}

/** The handler of a call that pauses or resumes. */
function pausing(what: "pause" | "resume", decide: typeof decidePause) {
  return async (call: Call, lambda: Context): Promise<Answer> =>
    pause(context, { what, body: parseBody(call, PauseBody, examples.pause), call, lambda, decide });
}

const approve = intervention("approve", ImageBody, examples.image, decideApprove);

const routes = [
  { method: "GET", path: "/", handler: getStatus },
  { method: "GET", path: "/plan", handler: getPlan },
  { method: "POST", path: "/rebuild", handler: postRebuild },
  { method: "POST", path: "/adopt", handler: postAdopt },
  { method: "POST", path: "/approve", handler: approve },
  // The former name of /approve.
  { method: "POST", path: "/promote", handler: approve },
  {
    method: "POST",
    path: "/rollback",
    handler: intervention("rollback", RollbackBody, examples.rollback, decideRollback),
  },
  { method: "POST", path: "/revoke", handler: intervention("revoke", ImageBody, examples.image, decideRevoke) },
  { method: "POST", path: "/unrevoke", handler: intervention("unrevoke", ImageBody, examples.image, decideUnrevoke) },
  { method: "POST", path: "/pause", handler: pausing("pause", decidePause) },
  { method: "POST", path: "/resume", handler: pausing("resume", decideResume) },
] as const;

function refuseRoute({ method, path }: { method: string; path: string }): never {
  const allowed = routes.map((route) => `${route.method} ${route.path}`);
  const methods = routes.filter((route) => route.path === path).map((route) => route.method);
  if (methods.length > 0) throw refusal(405, `${path} does not take ${method || "an empty method"}`, methods);
  throw refusal(404, path ? `there is no ${path}` : "the path is empty", allowed);
}

const router = httpRouter({ routes: [...routes], notFoundResponse: refuseRoute });

/** The router takes an empty method or path for an event that is no call. */
function route(call: Call, lambda: Context, abort: { signal: AbortSignal }) {
  const { method, path } = call.requestContext.http;
  return method && path ? router(call, lambda, abort) : refuseRoute({ method, path });
}

export const handler = middy<Call, Answer>()
  .use(injectLambdaContext(logger))
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
