import { SQSClient } from "@aws-sdk/client-sqs";
import type { DeployedFunction, Deployment } from "../deploy/deployment.ts";
import { startEventSource } from "./event-source.ts";
import type { Invocation, InvocationError, LambdaHost } from "./function.ts";
import { startFunctionUrl } from "./function-url.ts";
import { directEvent } from "./http-event.ts";
import { invoke } from "./invoke.ts";

/** The deployed functions at work: `reconcile` is fed from its queue, `api` is behind its URL. */
export type Functions = {
  url: string;
  /** Invokes a function of the deployment once, without queue or URL. */
  call(fn: DeployedFunction, event: unknown): Promise<Invocation>;
  /** Resolves once the queue is empty and `reconcile` does not run. Rejects with the signal's reason. */
  idle(signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
};

/**
 * @param now the stack's time
 * @param onFailure is called once when the queue can no longer be reached
 * @param onFailedInvocation is called for every event or call on which a function failed
 */
export async function startFunctions({
  deployment: { reconcile, api },
  host: bare,
  now,
  onFailure,
  onFailedInvocation,
}: {
  deployment: Deployment;
  host: Omit<LambdaHost, "signal">;
  now: () => Date;
  onFailure: (error: Error) => void;
  onFailedInvocation: (error: Error) => void;
}): Promise<Functions> {
  const stopping = new AbortController();
  const host = { ...bare, signal: stopping.signal };
  const { region, roles } = host;
  const endpoint = host.endpoints.default;
  if (!reconcile.eventSource) throw new Error(`starting the functions: no queue feeds ${reconcile.handler}`);
  const run = (fn: DeployedFunction) => async (event: unknown) => {
    const invocation = await invoke(fn, event, host);
    if (!invocation.ok && !stopping.signal.aborted) onFailedInvocation(failureOf(fn, invocation.error));
    return invocation;
  };
  // Lambda polls with the credentials of the function's own role.
  const poller = { endpoint, region, credentials: () => roles.assume(reconcile.roleArn, reconcile.name) };
  const eventSource = startEventSource({
    sqs: new SQSClient(poller),
    mapping: reconcile.eventSource,
    invoke: run(reconcile),
    onFailure,
  });
  const functionUrl = await startFunctionUrl({
    region,
    endpoint,
    findCredentials: roles.issued,
    now,
    // Without a function URL, callers invoke the function itself. Here they use the same address for that.
    invoke: (event) => run(api)(api.url ? event : directEvent(event)),
  });
  return {
    url: functionUrl.url,
    call: (fn, event) => invoke(fn, event, host),
    idle: eventSource.idle,
    async stop() {
      stopping.abort();
      await Promise.all([eventSource.stop(), functionUrl.stop()]);
    },
  };
}

function failureOf(fn: DeployedFunction, { errorType, errorMessage }: InvocationError): Error {
  return new Error(`${fn.name} failed: ${errorType}: ${errorMessage}`);
}
