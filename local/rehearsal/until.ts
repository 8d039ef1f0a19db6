import type { Stack } from "../stack.ts";

/**
 * Waits until something is so, looking again whenever anything has changed in the stack.
 * @throws what `isSo` throws, or an Error when a part of the stack breaks down or the signal ends the waiting
 */
export function until(stack: Stack, what: string, isSo: () => boolean, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();

  function look(): void {
    try {
      if (isSo()) resolve();
    } catch (error) {
      reject(error);
    }
  }

  function fail(cause: unknown): void {
    reject(new Error(`waiting until ${what}`, { cause }));
  }

  function stop(): void {
    fail(signal.reason);
  }

  stack.events.on("change", look).on("trouble", fail);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  look();
  return promise.finally(() => {
    stack.events.off("change", look).off("trouble", fail);
    signal.removeEventListener("abort", stop);
  });
}
