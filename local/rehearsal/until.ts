import type { Stack } from "../stack/stack.ts";
import { Stalled, whileMoving } from "../stack/stall.ts";
import type { Say } from "./narrate.ts";
import type { Stage } from "./stage.ts";

/**
 * Waits until a condition holds, checking it again whenever anything changes in the stack.
 * @param what completes "waiting until …"
 * @throws the error of `isSo`, or as {@link whileMoving} does
 */
export async function until(
  stack: Pick<Stack, "events">,
  what: string,
  isSo: () => boolean,
  signal: AbortSignal,
): Promise<void> {
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

/**
 * As {@link until}. A trigger may be lost, as an answer of SQS that breaks off while it hands out a message: that comes
 * again after the queue's visibility timeout, and the next schedule is sooner. So once in a story a wait without
 * movement lets the clock go to that schedule; a second one is an error, because triggers are then missing.
 */
export async function untilWithSchedule(
  stage: Pick<Stage, "stack" | "lostTriggers" | "passTo">,
  what: string,
  isSo: () => boolean,
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  try {
    await until(stage.stack, what, isSo, signal);
  } catch (error) {
    const { cause } = error as Error;
    if (!(cause instanceof Stalled) || stage.lostTriggers.length > 0) throw error;
    stage.lostTriggers.push(what);
    say(`schedule   ${cause.message}; the next schedule makes up for a lost trigger`);
    await stage.passTo();
    await until(stage.stack, what, isSo, signal);
  }
}
