const RealDate = Date;

/**
 * From now on everything in this process that asks for the time gets the one that `now` says, in milliseconds since the
 * epoch. Timers are real ones.
 */
export function virtualTime(now: () => number): void {
  globalThis.Date = class extends RealDate {
    constructor(...given: []) {
      // Without arguments a date is the current time.
      super(...((given.length === 0 ? [now()] : given) as []));
    }
    static override now = now;
  } as DateConstructor;
}
