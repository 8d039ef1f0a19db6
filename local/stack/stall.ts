import { addAbortListener } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** Emits `change` with a few words whenever work goes on, as the stack's events do. */
interface Movement {
  on(event: "change", listener: (what: string) => void): unknown;
  off(event: "change", listener: (what: string) => void): unknown;
}

export interface Patience {
  /** Ends the wait when it aborts. */
  signal?: AbortSignal;
  /** How many ticks may pass without a `change`. */
  ticks?: number;
}

const tickMilliseconds = 1000;
const pollMilliseconds = 100;

/** Nothing has moved for too long. */
export class Stalled extends Error {}

/**
 * Waits for `work` as long as something moves. No wait of the local stack has a limit in seconds, because a limit that
 * suits one machine fails on a slower one. (Only the functions keep the time-outs of their deployment, ten times as
 * long.) The wait counts the ticks of its own timer instead: on a machine that starves or suspends this process, the
 * ticks come late as well. AWS calls and CPU time do not count as movement, because pollers cause both for as long as
 * the stack is up.
 * @param what completes "waiting until …"
 * @throws the error of `work`; or an Error that names what was awaited, whose cause is the signal's reason or says what
 * moved last and how long ago
 */
export async function whileMoving<T>(
  movement: Movement,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  { signal, ticks = 300 }: Patience = {},
): Promise<T> {
  const stalled = new AbortController();
  const ends = signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal;
  let last = { what: "the wait began", at: performance.now() };
  let silentTicks = 0;
  const moved = (moving: string) => {
    last = { what: moving, at: performance.now() };
    silentTicks = 0;
  };
  const timer = setInterval(() => {
    silentTicks += 1;
    if (silentTicks < ticks) return;
    const seconds = Math.round((performance.now() - last.at) / 1000);
    stalled.abort(new Stalled(`nothing has moved for ${seconds} s; last: ${last.what}`));
  }, tickMilliseconds);
  movement.on("change", moved);
  try {
    return await orAborted(work(ends), ends);
  } catch (cause) {
    throw ends.aborted ? new Error(`waiting until ${what}`, { cause }) : cause;
  } finally {
    clearInterval(timer);
    movement.off("change", moved);
  }
}

/** Resolves as `work` does, but rejects with the signal's reason as soon as it aborts; `work` itself goes on. */
export async function orAborted<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  using _listener = addAbortListener(signal, () => reject(signal.reason));
  return await Promise.race([work, interrupted]);
}

/** Asks again and again until the answer is neither undefined nor false. */
export async function poll<T>(ask: () => Promise<T | undefined | false>, signal: AbortSignal): Promise<T> {
  while (true) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await sleep(pollMilliseconds, undefined, { signal });
  }
}
