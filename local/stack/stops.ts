/** What has been started and has to be stopped. */
export interface Stops {
  add(stop: () => Promise<void>): void;
  /**
   * Stops all of it, last started first, and goes on where one does not stop. Once only, however often it is called.
   * @throws AggregateError of all that failed to stop
   */
  stop(): Promise<void>;
}

export function createStops(): Stops {
  const all: (() => Promise<void>)[] = [];
  let stopped: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const one of all.toReversed()) await one().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, "stopping the stack");
  }

  return {
    add: (stop) => all.push(stop),
    stop: () => {
      stopped ??= stopAll();
      return stopped;
    },
  };
}
