import { SQSClient } from "@aws-sdk/client-sqs";
import type { DeployedFunction, Deployment } from "../deploy/deployment.ts";
import { startEventSource } from "./event-source.ts";
import type { Invocation, LambdaHost } from "./function.ts";
import { startFunctionUrl } from "./function-url.ts";
import { invoke } from "./invoke.ts";

/** The deployed functions at work: `reconcile` fed from its queue, `api` behind its URL. */
export type Functions = {
  url: string;
  /** Runs a function of the deployment once, beside queue and URL. */
  call(fn: DeployedFunction, event: unknown): Promise<Invocation>;
  /** Resolves when the queue is empty and no function runs. */
  idle(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * @param now the stack's time
 * @param onFailure hears once that the queue cannot be reached any more
 */
export async function startFunctions({
  deployment: { reconcile, api },
  host: bare,
  now,
  onFailure,
}: {
  deployment: Deployment;
  host: Omit<LambdaHost, "signal">;
  now: () => Date;
  onFailure: (error: Error) => void;
}): Promise<Functions> {
  const stopping = new AbortController();
  const host = { ...bare, signal: stopping.signal };
  const { region, roles } = host;
  const endpoint = host.endpoints.default;
  if (!reconcile.eventSource) throw new Error(`starting the functions: no queue feeds ${reconcile.handler}`);
  // Lambda polls with the credentials of the function's own role.
  const poller = { endpoint, region, credentials: () => roles.assume(reconcile.roleArn, reconcile.name) };
  const eventSource = startEventSource({
    sqs: new SQSClient(poller),
    mapping: reconcile.eventSource,
    invoke: (event) => invoke(reconcile, event, host),
    onFailure,
  });
  const functionUrl = await startFunctionUrl({
    region,
    endpoint,
    findCredentials: roles.issued,
    now,
    invoke: (event) => invoke(api, event, host),
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
