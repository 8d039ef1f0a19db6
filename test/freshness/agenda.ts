/** What happens when, in virtual time: milliseconds since the epoch. Nothing waits. */
export interface Agenda {
  /** The time of what is happening. */
  now(): number;
  /** Plans something. What happens at the same time happens in the order in which it was planned. */
  at(time: number, happen: () => void): void;
  /** Lets everything happen that is planned until then, and what that plans. */
  runUntil(end: number): void;
}

export function newAgenda(start: number): Agenda {
  const planned: { time: number; happen: () => void }[] = [];
  let now = start;
  return {
    now: () => now,
    at(time, happen) {
      // Few things are planned at any time, and most of them soon.
      const later = planned.findIndex((other) => other.time > time);
      planned.splice(later === -1 ? planned.length : later, 0, { time, happen });
    },
    runUntil(end) {
      while (planned[0] && planned[0].time <= end) {
        const { time, happen } = planned.shift() as (typeof planned)[number];
        now = Math.max(now, time);
        happen();
      }
      now = Math.max(now, end);
    },
  };
}
