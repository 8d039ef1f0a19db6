import { readRequestLimits } from "../config/request-limits.ts";

export const requestLimits = readRequestLimits(process.env);
const { CONNECT_TIMEOUT_MS, REQUEST_TIMEOUT_MS, REQUEST_ATTEMPTS } = requestLimits;

/**
 * What every client of the AWS SDK is made with. Without `throwOnRequestTimeout` the SDK only logs a request that takes
 * too long, and its request time-out ends with the answer's headers: `socketTimeout` limits the body
 * (`NodeHttpHandlerOptions` of @smithy/types).
 */
export const clientSettings = {
  maxAttempts: REQUEST_ATTEMPTS,
  requestHandler: {
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    socketTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
  },
};

/** The SDK copies every answer for its log, even if nothing is logged: an eighth of all that a run allocates. */
export function withoutLog<C extends { middlewareStack: { remove(name: string): boolean } }>(client: C): C {
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}
