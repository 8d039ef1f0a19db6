import { arnOf } from "./account.ts";
import { allow } from "./callers.ts";
import { callers, policies } from "./configuration.ts";
import { lambda } from "./functions.ts";
import { requestsPrefix } from "./names.ts";
import { intervening, observing } from "./permissions.ts";
import { queue } from "./queue.ts";

/** Calls served at once: people's, and a status page's. Each reads the whole world, and EC2 and SSM throttle an account as a whole. */
const mostCalls = 5;

/**
 * Behind a function URL that takes only calls signed by an AWS identity, or invoked directly where there is none. It writes requests, tags images
 * with what a person decided about them and triggers a reconcile, nothing else.
 */
export const api = lambda("Api", "api", {
  description: "Status, plan, and what people decide",
  handler: "functions/api.handler",
  timeout: "30 seconds",
  memory: "512 MB",
  url: policies.functionUrl && { authorization: "iam", cors: false },
  concurrency: policies.reserveConcurrency ? { reserved: mostCalls } : undefined,
  permissions: [
    ...observing,
    ...intervening,
    // With the first write of each its tags.
    {
      actions: ["ssm:PutParameter", "ssm:AddTagsToResource"],
      resources: [arnOf("ssm", `parameter${requestsPrefix}/*`)],
    },
    { actions: ["sqs:SendMessage"], resources: [queue.arn] },
  ],
});

allow(callers, api, policies.functionUrl);

/** Where people find it. AWS's URL ends in `/`; a path is easier appended to one that does not. */
export const found = policies.functionUrl
  ? { api: api.url.apply((url) => url.replace(/\/$/, "")) }
  : { apiFunction: api.name };
