import { minute } from "../../functions/config/time.ts";
import type { Clock } from "../clock/clock.ts";
import type { Schedules } from "../schedules/schedules.ts";

/** Fires every schedule at its time on the stack's clock, which runs by itself and jumps when it is told to. */
export interface Timekeeper {
  /** Advances the clock, then fires what was due in between. */
  advanceTo(date: Date): Promise<void>;
  stop(): Promise<void>;
}

/** The longest time in which nobody looks whether a schedule is due: its timetable may have been deployed anew. */
const longestSleep = minute;

/** @param onFailure is called for each failure; the next moment is tried all the same */
export function keepTime(clock: Clock, schedules: Schedules, onFailure: (error: Error) => void): Timekeeper {
  let fired = clock.now();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let turn: Promise<void> = Promise.resolve();

  /** One after the other, so that no moment is fired twice. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  }

  async function fireDue(): Promise<void> {
    const now = clock.now();
    await schedules.fire(fired, now);
    fired = now;
  }

  async function sleep(): Promise<void> {
    if (stopped) return;
    const next = await schedules.nextAfter(fired);
    const wait = Math.min(Math.max(next.getTime() - clock.now().getTime(), 0), longestSleep);
    clearTimeout(timer);
    timer = setTimeout(() => void wake(), wait);
  }

  async function wake(): Promise<void> {
    await inTurn(fireDue).catch(report);
    await inTurn(sleep).catch((error) => {
      report(error);
      timer = setTimeout(() => void wake(), longestSleep);
    });
  }

  function report(error: Error): void {
    if (!stopped) onFailure(error);
  }

  void inTurn(sleep).catch(report);
  return {
    async advanceTo(date) {
      await inTurn(async () => {
        await fireDue();
        clock.advanceTo(date);
        await fireDue();
      });
      await inTurn(sleep);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}
