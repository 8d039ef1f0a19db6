import { EventEmitter } from "node:events";
import { whileMoving } from "../local/stack/stall.ts";

/** Ten minutes: no real work stands still for that long, however slow or busy the machine is. */
const patience = { ticks: 600, lookEvery: 10_000 };

/**
 * Waits as long as something moves, like {@link whileMoving}, for work that announces no movement.
 * @param what names the work in the error
 * @param progress a value that changes with every bit of progress, such as the size of a log
 * @throws Error if the value has not changed for `ticks` seconds; the error of `progress`
 */
export async function untilDone<T>(
  what: string,
  work: Promise<T>,
  progress: () => string | Promise<string>,
  { ticks, lookEvery } = patience,
): Promise<T> {
  const movement = new EventEmitter<{ change: [string] }>();
  const failed = Promise.withResolvers<never>();
  let last = "";

  async function look(): Promise<void> {
    const current = await progress();
    if (current !== last) movement.emit("change", current);
    last = current;
  }

  const timer = setInterval(() => look().catch(failed.reject), lookEvery);
  try {
    return await whileMoving(movement, `${what} is done`, () => Promise.race([work, failed.promise]), { ticks });
  } finally {
    clearInterval(timer);
  }
}
