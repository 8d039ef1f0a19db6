import { arnOf } from "./account.ts";
import { allow } from "./callers.ts";
import { callers, policies } from "./configuration.ts";
import { observingFastLaunch } from "./fast-launch-permissions.ts";
import { orderingFleets } from "./fleet-permissions.ts";
import { lambda } from "./functions.ts";
import { requestsPrefix } from "./names.ts";
import { intervening, observingHistory, observingWithReports, pausing, recording } from "./permissions.ts";
import { observingPlaces } from "./place-permissions.ts";
import { placesRole } from "./place-roles.ts";
import { queue } from "./queue.ts";
import { reservations } from "./reservations.ts";

/**
 * The API. It has a function URL that accepts only calls signed by an AWS identity; without a URL, callers invoke the
 * function directly. It writes requests and pauses, tags images with operators' decisions, records these and triggers a
 * reconcile run, nothing else.
 */
export const api = lambda("Api", "api", {
  description: "Status, plan and operators' decisions",
  handler: "functions/api.handler",
  // For 1,000 variants it takes 15 seconds to read the channels.
  timeout: "60 seconds",
  // A request that hangs twice leaves time to write the decision and to answer.
  environment: {
    CONNECT_TIMEOUT_MS: "2000",
    REQUEST_TIMEOUT_MS: "5000",
    REQUEST_ATTEMPTS: "2",
    ...(placesRole && { PLACES_ROLE: placesRole }),
  },
  memory: "512 MB",
  url: policies.functionUrl && { authorization: "iam", cors: false },
  concurrency: policies.reserveConcurrency ? { reserved: reservations.api } : undefined,
  policies: [...orderingFleets, ...observingFastLaunch, ...observingPlaces],
  permissions: [
    ...observingWithReports,
    ...intervening,
    ...pausing,
    recording("api"),
    // The first write of a parameter also writes its tags.
    {
      actions: ["ssm:PutParameter", "ssm:AddTagsToResource"],
      resources: [arnOf("ssm", `parameter${requestsPrefix}/*`)],
    },
    { actions: ["sqs:SendMessage"], resources: [queue.arn] },
    ...observingHistory,
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
