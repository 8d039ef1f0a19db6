import type { EventEmitter } from "node:events";

/** How a stack tells what goes on in it. */
export type StackEvents = EventEmitter<{
  /** A function has logged, a build has moved on, a notification has come. */
  change: [string];
  /** A function did not get through an event or a call. */
  failure: [Error];
  /** A part has broken down: what one waits for may never come. */
  trouble: [Error];
}>;
