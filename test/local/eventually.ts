import { EventEmitter } from "node:events";
import { poll, whileMoving } from "../../local/stack/stall.ts";

/** More than a minute on any machine, and longer where each question takes long. */
const ticks = 60;
const still = new EventEmitter<{ change: [string] }>();

/**
 * Asks until the answer is neither undefined nor false.
 * @param what completes "waiting until …"
 */
export function eventually<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  return whileMoving(still, what, (signal) => poll(ask, signal), { ticks });
}
