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
  /** From now on the functions of this deployment run, with the queue and the URL of the first one. */
  replace(deployment: Pick<Deployment, "reconcile" | "api">): void;
  /** Invokes a function of the deployment once, without queue or URL. */
  call(fn: DeployedFunction, event: unknown): Promise<Invocation>;
  /** Kills the processes of all functions that run, as Lambda does when it loses a machine. */
  kill(): void;
  /** From now on each batch of messages reaches `reconcile` so often, one time after the other; at first once. */
  deliver(times: number): void;
  /** Resolves once the queue is empty and `reconcile` does not run. Rejects with the signal's reason. */
  idle(signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
};

/**
 * @param windowSeconds how long a batch of `reconcile` collects messages; by default as deployed
 * @param now the stack's time
 * @param onFailure is called once when the queue can no longer be reached
 * @param onFailedInvocation is called for every event or call on which a function failed
 */
export async function startFunctions({
  deployment,
  host: bare,
  windowSeconds = deployment.reconcile.eventSource?.windowSeconds ?? 0,
  now,
  onFailure,
  onFailedInvocation,
}: {
  deployment: Deployment;
  host: Omit<LambdaHost, "signal">;
  windowSeconds?: number | undefined;
  now: () => Date;
  onFailure: (error: Error) => void;
  onFailedInvocation: (error: Error) => void;
}): Promise<Functions> {
  const stopping = new AbortController();
  const host = { ...bare, signal: stopping.signal };
  let killing = new AbortController();
  let deliveries = 1;
  const { region, roles } = host;
  const endpoint = host.endpoints.default;
  const { reconcile } = deployment;
  let current: Pick<Deployment, "reconcile" | "api"> = deployment;
  if (!reconcile.eventSource) throw new Error(`starting the functions: no queue feeds ${reconcile.handler}`);
  async function run(fn: DeployedFunction, event: unknown): Promise<Invocation> {
    const invocation = await invoke(fn, event, { ...host, signal: AbortSignal.any([stopping.signal, killing.signal]) });
    if (!invocation.ok && !stopping.signal.aborted) onFailedInvocation(failureOf(fn, invocation.error));
    return invocation;
  }
  const reconcileBatch = (event: unknown) => run(current.reconcile, event);
  async function deliver(event: unknown): Promise<Invocation> {
    for (let time = 1; time < deliveries; time++) await reconcileBatch(event);
    return reconcileBatch(event);
  }

  // Lambda polls with the credentials of the function's own role.
  const poller = { endpoint, region, credentials: () => roles.assume(reconcile.roleArn, reconcile.name) };
  const eventSource = startEventSource({
    sqs: new SQSClient(poller),
    mapping: { ...reconcile.eventSource, windowSeconds },
    invoke: deliver,
    onFailure,
  });
  const functionUrl = await startFunctionUrl({
    region,
    endpoint,
    findCredentials: roles.issued,
    now,
    // Without a function URL, callers invoke the function itself. Here they use the same address for that.
    invoke: (event) => run(current.api, current.api.url ? event : directEvent(event)),
  });
  return {
    url: functionUrl.url,
    replace(next) {
      current = next;
    },
    call: (fn, event) => invoke(fn, event, host),
    kill() {
      killing.abort("the process was killed");
      killing = new AbortController();
    },
    deliver(times) {
      deliveries = times;
    },
    idle: eventSource.idle,
    async stop() {
      stopping.abort("the stack was stopped");
      await Promise.all([eventSource.stop(), functionUrl.stop()]);
    },
  };
}

function failureOf(fn: DeployedFunction, { errorType, errorMessage }: InvocationError): Error {
  return new Error(`${fn.name} failed: ${errorType}: ${errorMessage}`);
}
