import type { Stack } from "../stack/stack.ts";
import { whileMoving } from "../stack/stall.ts";

/**
 * Waits until a condition holds, checking it again whenever anything changes in the stack.
 * @param what completes "waiting until …"
 * @throws the error of `isSo`, or as {@link whileMoving} does
 */
export async function until(stack: Stack, what: string, isSo: () => boolean, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();

  function check(): void {
    try {
      if (isSo()) resolve();
    } catch (error) {
      reject(error);
    }
  }

  stack.events.on("change", check);
  check();
  try {
    await whileMoving(stack.events, what, () => promise, { signal });
  } finally {
    stack.events.off("change", check);
  }
}
