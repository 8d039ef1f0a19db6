const RealDate = Date;

/**
 * From now on everything in this process that asks for the time gets the one that `now` says, in milliseconds since the
 * epoch. Timers never end: all of them limit how long an answer may take (functions/io/patience.ts), and here each call is
 * answered. What measures durations (functions/io/pace.ts) sees a millisecond pass each time it looks: otherwise it
 * would depend on the machine who waits for his turn, and so what comes first.
 */
export function virtualTime(now: () => number): void {
  globalThis.Date = class extends RealDate {
    constructor(...given: []) {
      // Without arguments a date is the current time.
      super(...((given.length === 0 ? [now()] : given) as []));
    }
    static override now = now;
  } as DateConstructor;
  globalThis.setTimeout = (() => undefined) as unknown as typeof setTimeout;
  let looks = 0;
  Object.defineProperty(performance, "now", { value: () => ++looks });
}
