import { readRequestLimits } from "../../functions/config/request-limits.ts";
import type { Credentials } from "../aws/role-credentials.ts";
import type { DeployedFunction, LambdaHost } from "./function.ts";

/** What identifies one invocation to its function. */
export type Occasion = { fn: DeployedFunction; region: string; requestId: string };

/**
 * The function's own variables and, over them, those of Lambda's Node.js runtime. HOME is a directory without AWS files
 * that the SDK would read.
 */
export function lambdaEnvironment(
  { fn, region, requestId }: Occasion,
  credentials: Credentials,
  { endpoints: { default: endpoint, ...endpoints }, clock, timeoutFactor = 1 }: LambdaHost,
): Record<string, string | undefined> {
  return {
    ...fn.environment,
    ...(timeoutFactor > 1 && stretchedLimits(fn.environment, timeoutFactor)),
    PATH: process.env.PATH,
    HOME: fn.bundleDir,
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    STACK_CLOCK: clock.file,
    LAMBDA_TASK_ROOT: fn.bundleDir,
    _HANDLER: fn.lambdaHandler,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory(fn),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup(fn),
    AWS_LAMBDA_LOG_STREAM_NAME: logStream(requestId),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_ENDPOINT_URL: endpoint,
    ...Object.fromEntries(Object.entries(endpoints).map(([service, url]) => [`AWS_ENDPOINT_URL_${service}`, url])),
  };
}

/** The limit of the release host is an `AbortSignal.timeout`, which `runtime.ts` stretches. */
function stretchedLimits(variables: Record<string, string>, factor: number): Record<string, string> {
  const { CONNECT_TIMEOUT_MS, REQUEST_TIMEOUT_MS } = readRequestLimits(variables);
  return {
    CONNECT_TIMEOUT_MS: String(CONNECT_TIMEOUT_MS * factor),
    REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS * factor),
  };
}

/** The data of the context object, a handler's second argument. */
export function contextData({ fn, region, requestId }: Occasion): Record<string, string> {
  const account = fn.roleArn.split(":")[4];
  return {
    functionName: fn.name,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:${fn.name}`,
    memoryLimitInMB: memory(fn),
    awsRequestId: requestId,
    logGroupName: logGroup(fn),
    logStreamName: logStream(requestId),
  };
}

function memory({ memoryMiB = 128 }: DeployedFunction): string {
  return String(memoryMiB);
}

function logGroup({ name }: DeployedFunction): string {
  return `/aws/lambda/${name}`;
}

function logStream(requestId: string): string {
  return `[$LATEST]${requestId.replaceAll("-", "")}`;
}
