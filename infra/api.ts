import { arnOf } from "./account.ts";
import { allow } from "./callers.ts";
import { callers, policies } from "./configuration.ts";
import { lambda } from "./functions.ts";
import { requestsPrefix } from "./names.ts";
import { intervening, observing, recording } from "./permissions.ts";
import { queue } from "./queue.ts";

/**
 * Concurrent calls, by operators and by a status page. Each call reads the whole world, and EC2 and SSM throttle the
 * account as a whole.
 */
const maxCalls = 5;

/**
 * The API. It has a function URL that accepts only calls signed by an AWS identity; without a URL, callers invoke the
 * function directly. It writes requests, tags images with operators' decisions, records these and triggers a reconcile run, nothing
 * else.
 */
export const api = lambda("Api", "api", {
  description: "Status, plan and operators' decisions",
  handler: "functions/api.handler",
  timeout: "30 seconds",
  memory: "512 MB",
  url: policies.functionUrl && { authorization: "iam", cors: false },
  concurrency: policies.reserveConcurrency ? { reserved: maxCalls } : undefined,
  permissions: [
    ...observing,
    ...intervening,
    recording("api"),
    // The first write of a parameter also writes its tags.
    {
      actions: ["ssm:PutParameter", "ssm:AddTagsToResource"],
      resources: [arnOf("ssm", `parameter${requestsPrefix}/*`)],
    },
    { actions: ["sqs:SendMessage"], resources: [queue.arn] },
  ],
});

allow(callers, api, policies.functionUrl);

/**
 * How callers reach the API: its URL without the trailing `/` of AWS's URL, so that a path can follow, or the
 * function's name.
 */
export const apiAddress = policies.functionUrl
  ? { api: api.url.apply((url) => url.replace(/\/$/, "")) }
  : { apiFunction: api.name };
