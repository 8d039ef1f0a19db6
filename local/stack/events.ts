import type { EventEmitter } from "node:events";

/** What a stack reports about itself while it runs. */
export type StackEvents = EventEmitter<{
  /**
   * A function or a build has logged a line, a build has entered a phase, or a notification has arrived. The text names
   * it.
   */
  change: [string];
  /** A function failed on an event or a call. */
  failure: [Error];
  /** A part of the stack has broken down, so the event that a caller waits for may never come. */
  trouble: [Error];
}>;
