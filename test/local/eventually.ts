import { EventEmitter } from "node:events";
import { poll, whileMoving } from "../../local/stack/stall.ts";

/** Ten minutes and more: longer than any answer takes that still comes, however slow the machine is. */
const ticks = 600;
const still = new EventEmitter<{ change: [string] }>();

/**
 * Asks until the answer is neither undefined nor false.
 * @param what completes "waiting until …"
 */
export function eventually<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  return whileMoving(still, what, (signal) => poll(ask, signal), { ticks });
}
