import path from "node:path";
import { pathToFileURL } from "node:url";
import type { InvocationError } from "./function.ts";
import type { RuntimeMessage, RuntimeRequest } from "./invoke.ts";

// Runs in its own process, one invocation each, and does what Lambda's Node.js runtime does between the event and the
// answer.

/** Lambda's limit on a function's result. The quotas call it 6 MB; its error names the bytes. */
const mostResultBytes = 6_291_556;
const tooLarge = Object.assign(
  new Error(`Response payload size exceeded maximum allowed payload size (${mostResultBytes} bytes).`),
  { name: "Function.ResponseSizeTooLarge" },
);

process.once("message", (request: RuntimeRequest) => {
  process.on("disconnect", () => process.exit(1));
  // The channel must not keep the process alive: a handler that waits for something that can never happen ends, as in
  // Lambda.
  process.channel?.unref();
  process.on("uncaughtException", (error) => fail("invoke", error));
  process.on("unhandledRejection", (reason) =>
    fail("invoke", reason, { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: String(reason) }),
  );
  stretchTimeouts(request.timeoutFactor);
  void serve(request);
});

function stretchTimeouts(factor: number): void {
  const timeout = AbortSignal.timeout;
  AbortSignal.timeout = (milliseconds) => timeout(milliseconds * factor);
}

async function serve(request: RuntimeRequest): Promise<void> {
  const handler = await loadHandler(request).catch((error) => fail("init", error));
  if (!handler) return;
  tell({ kind: "started" });
  try {
    const result = JSON.stringify(await handler(request.event, lambdaContext(request))) ?? "null";
    if (Buffer.byteLength(result) > mostResultBytes) fail("invoke", tooLarge);
    else answer({ kind: "result", result });
  } catch (error) {
    fail("invoke", error);
  }
}

type Handler = (event: unknown, context: unknown) => unknown;

async function loadHandler({ handler: name, bundleDir }: RuntimeRequest): Promise<Handler> {
  const [file = "", exported = ""] = name.split(".");
  const module = (await import(pathToFileURL(path.join(bundleDir, `${file}.mjs`)).href)) as Record<string, unknown>;
  const handler = module[exported];
  if (typeof handler !== "function")
    throw Object.assign(new Error(`${name} is undefined or not exported`), { name: "Runtime.HandlerNotFound" });
  if (handler.length > 2)
    throw Object.assign(new Error("Node.js 24 in Lambda takes no callback handlers: return a promise"), {
      name: "Runtime.CallbackHandlerDeprecated",
    });
  return handler as Handler;
}

function lambdaContext({ context, timeoutSeconds }: RuntimeRequest) {
  const deadline = performance.now() + timeoutSeconds * 1000;
  return {
    ...context,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
}

function fail(phase: "init" | "invoke", thrown: unknown, override: Partial<InvocationError> = {}): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  answer({
    kind: "error",
    error: {
      phase,
      errorType: error.name,
      errorMessage: error.message,
      stackTrace: (error.stack ?? "").split("\n").slice(1),
      ...override,
    },
  });
}

function tell(message: RuntimeMessage): void {
  process.send?.(message);
}

/** Lambda freezes the process after the answer. Here the process ends, and unfinished work with it. */
function answer(message: RuntimeMessage): void {
  process.send?.(message, () => process.exit(0));
}
