import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import httpRouter from "@middy/http-router";
import type { APIGatewayProxyEventV2WithIAMAuthorizer, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { z } from "zod";
import { config } from "../config.ts";
import { parseConfiguration } from "./configuration.ts";
import { readEnvironment } from "./environment.ts";
import { answer, refusal } from "./http.ts";
import { JsonText } from "./json.ts";
import { logger } from "./logger.ts";
import { observe } from "./observe.ts";
import { readRequests, writeRequest } from "./requests.ts";
import { planOf, statusOf } from "./status.ts";

type Call = APIGatewayProxyEventV2WithIAMAuthorizer;
type Answer = APIGatewayProxyStructuredResultV2;

const environment = readEnvironment(process.env);
const configuration = parseConfiguration(config);
const sqs = new SQSClient({});

const RebuildOrder = z.strictObject({
  variant: z.string(),
  reason: z.string().min(1).max(500),
  /** The same key again is the same request; without one every call is a new one. */
  idempotencyKey: z
    .string()
    .regex(/^[\w.:-]{1,128}$/)
    .optional(),
});

const rebuildExample = {
  variant: configuration.variants.map(({ name }) => name).join(" | "),
  reason: "why, 1 to 500 characters",
  idempotencyKey: "optional, 1 to 128 of A-Z a-z 0-9 _ . : -",
};

async function getStatus(): Promise<Answer> {
  return answer(200, statusOf(await observe(environment, configuration, Date.now()), environment.CHANNELS_PREFIX));
}

async function getPlan(): Promise<Answer> {
  return answer(200, planOf(await observe(environment, configuration, Date.now())));
}

/** Writes the request, then wakes reconcile: what is lost in between is found by the next look. */
async function postRebuild(call: Call): Promise<Answer> {
  const { variant, reason, idempotencyKey } = parseBody(call);
  const id = idempotencyKey ?? call.requestContext.requestId;
  const by = callerOf(call);
  const known = (await readRequests(environment.REQUESTS_PREFIX))[variant];
  if (known?.id !== id)
    await writeRequest(environment.REQUESTS_PREFIX, variant, { id, reason, by, at: new Date().toISOString() });
  const body = JSON.stringify({ trigger: "manual", variant, request: id });
  await sqs.send(new SendMessageCommand({ QueueUrl: environment.QUEUE_URL, MessageBody: body }));
  logger.info("rebuild requested", { variant, request: id, reason, by });
  return answer(202, { variant, request: id, repeated: known?.id === id });
}

function parseBody(call: Call): z.infer<typeof RebuildOrder> {
  const text = call.isBase64Encoded ? Buffer.from(call.body ?? "", "base64").toString() : (call.body ?? "");
  const json = JsonText.safeParse(text);
  if (!json.success) throw refusal(400, "the body is not JSON", rebuildExample);
  const order = RebuildOrder.safeParse(json.data);
  if (!order.success) throw refusal(400, z.prettifyError(order.error), rebuildExample);
  if (!configuration.variants.some(({ name }) => name === order.data.variant))
    throw refusal(404, `there is no variant ${JSON.stringify(order.data.variant)}`, {
      variant: rebuildExample.variant,
    });
  return order.data;
}

const routes = [
  { method: "GET", path: "/", handler: getStatus },
  { method: "GET", path: "/plan", handler: getPlan },
  { method: "POST", path: "/rebuild", handler: postRebuild },
] as const;

function refuseRoute({ method, path }: { method: string; path: string }): never {
  const allowed = routes.map((route) => `${route.method} ${route.path}`);
  const methods = routes.filter((route) => route.path === path).map((route) => route.method);
  if (methods.length > 0) throw refusal(405, `${path} does not take ${method}`, methods);
  throw refusal(404, `there is no ${path}`, allowed);
}

function callerOf(call: Call): string {
  return call.requestContext.authorizer?.iam?.userArn ?? "unknown";
}

function logProblem(error: Error & { statusCode?: number }): void {
  if (error.statusCode !== undefined && error.statusCode < 500) logger.warn("call refused", { refusal: error.message });
  else logger.error("call failed", { error });
}

/** Every call is in the log with its caller. */
function audit() {
  return {
    before: ({ event }: { event: Call }) => {
      const { method, path } = event.requestContext.http;
      logger.info("call", { method, path, by: callerOf(event) });
    },
  };
}

export const handler = middy<Call, Answer>()
  .use(injectLambdaContext(logger))
  .use(
    httpErrorHandler({
      logger: logProblem,
      fallbackMessage: JSON.stringify({ error: "the call could not be served; the function's log says why" }),
    }),
  )
  .use(audit())
  .handler(httpRouter({ routes: [...routes], notFoundResponse: refuseRoute }));
