import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { contextData, lambdaEnvironment, type Occasion } from "./environment.ts";
import type { DeployedFunction, Invocation, InvocationError, LambdaHost, LogLine, Outcome } from "./function.ts";

export type RuntimeRequest = {
  event: unknown;
  handler: string;
  bundleDir: string;
  timeoutSeconds: number;
  timeoutFactor: number;
  context: Record<string, string>;
};

export type RuntimeMessage =
  | { kind: "started" }
  | { kind: "result"; result: string }
  | { kind: "error"; error: InvocationError };

const runtime = fileURLToPath(new URL("./runtime.ts", import.meta.url));
const clockPreload = new URL("../clock/preload.mjs", import.meta.url).href;

/** How long Lambda lets a module load before the function's own timeout starts to count. */
const initSeconds = 10;

/**
 * Runs a function once in its own process, with the environment and the role's credentials of the deployment and
 * nothing of this process's environment. A failure of the function is part of the result.
 * @throws Error when the role cannot be assumed
 */
export async function invoke(fn: DeployedFunction, event: unknown, host: LambdaHost): Promise<Invocation> {
  const occasion = { fn, region: host.region, requestId: randomUUID() };
  await host.beforeEach?.();
  const credentials = await host.roles.assume(fn.roleArn, fn.name);
  const began = performance.now();
  const child = fork(runtime, [], {
    cwd: fn.bundleDir,
    env: lambdaEnvironment(occasion, credentials, host),
    execArgv: ["--import", clockPreload],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const logged = [child.stdout, child.stderr].map((stream) => readLog(stream, occasion, host.onLog));
  const outcome = await run(child, runtimeRequest(event, occasion, host), occasion, host.signal);
  await Promise.all(logged);
  return { ...outcome, requestId: occasion.requestId, milliseconds: Math.round(performance.now() - began) };
}

function run(child: ChildProcess, request: RuntimeRequest, occasion: Occasion, signal?: AbortSignal): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const { timeoutSeconds } = request;
  let outcome: Outcome | undefined;
  let timer = limit(initSeconds + timeoutSeconds);

  function limit(seconds: number) {
    return setTimeout(
      () => end("Sandbox.Timedout", `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`),
      seconds * 1000,
    );
  }

  function end(errorType: string, reason: string): void {
    outcome ??= failure(errorType, reason, occasion);
    child.kill("SIGKILL");
  }

  function stop(): void {
    end("Runtime.ExitError", String(signal?.reason));
  }

  child.on("message", (message: RuntimeMessage) => {
    if (message.kind === "result") outcome ??= { ok: true, result: JSON.parse(message.result) };
    if (message.kind === "error") outcome ??= { ok: false, error: message.error };
    if (message.kind !== "started") return;
    clearTimeout(timer);
    timer = limit(timeoutSeconds);
  });
  child.on("error", (error) => end("Runtime.ExitError", error.message));
  child.once("close", (status, killedBy) => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    const how = killedBy ? `signal: ${killedBy}` : `exit status ${status}`;
    resolve(outcome ?? failure("Runtime.ExitError", `Runtime exited with error: ${how}`, occasion));
  });
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  // If the process is gone before it reads this, its exit reports that.
  child.send(request, () => undefined);
  return promise;
}

function runtimeRequest(event: unknown, occasion: Occasion, { timeoutFactor = 1 }: LambdaHost): RuntimeRequest {
  const { lambdaHandler: handler, bundleDir } = occasion.fn;
  const timeoutSeconds = occasion.fn.timeoutSeconds * timeoutFactor;
  return { event, handler, bundleDir, timeoutSeconds, timeoutFactor, context: contextData(occasion) };
}

function failure(errorType: string, reason: string, { requestId }: Occasion): Outcome {
  const errorMessage = `RequestId: ${requestId} Error: ${reason}`;
  return { ok: false, error: { phase: "invoke", errorType, errorMessage, stackTrace: [] } };
}

async function readLog(
  stream: NodeJS.ReadableStream | null,
  { fn, requestId }: Occasion,
  onLog?: (line: LogLine) => void,
): Promise<void> {
  if (!stream) return;
  for await (const text of createInterface({ input: stream }))
    onLog?.({ functionName: fn.name, requestId, text, record: structured(text) });
}

function structured(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
