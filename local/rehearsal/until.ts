import { interruptible } from "../stack/interruptible.ts";
import type { Stack } from "../stack/stack.ts";

/**
 * Waits until something is so, looking again whenever anything has changed in the stack.
 * @throws what `isSo` throws, or an Error when the signal ends the waiting
 */
export async function until(stack: Stack, what: string, isSo: () => boolean, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();

  function look(): void {
    try {
      if (isSo()) resolve();
    } catch (error) {
      reject(error);
    }
  }

  stack.events.on("change", look);
  look();
  try {
    await interruptible(promise, signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new Error(`waiting until ${what}`, { cause });
  } finally {
    stack.events.off("change", look);
  }
}
