import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Stage } from "../../../local/rehearsal/stage.ts";
import { untilWithSchedule } from "../../../local/rehearsal/until.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A stage whose next schedule does this. */
function stageWith(schedule: () => void) {
  const events = new EventEmitter();
  const passTo = vi.fn(async () => {
    schedule();
    events.emit("change", "a schedule");
    return [];
  });
  const stage = { stack: { events }, lostTriggers: [], passTo } as unknown as Pick<
    Stage,
    "stack" | "lostTriggers" | "passTo"
  >;
  return { stage, passTo };
}

const never = new AbortController().signal;

test("the next schedule makes up for one lost trigger, and the narration says so", async () => {
  let isTold = false;
  const { stage, passTo } = stageWith(() => {
    isTold = true;
  });
  const said: string[] = [];

  const waiting = untilWithSchedule(
    stage,
    "the image is told",
    () => isTold,
    (line) => said.push(line),
    never,
  );
  await vi.advanceTimersByTimeAsync(300_000);
  await waiting;

  expect(passTo).toHaveBeenCalledOnce();
  expect(said).toEqual([expect.stringContaining("the next schedule makes up for a lost trigger")]);
});

test("a second lost trigger is an error", async () => {
  const { stage, passTo } = stageWith(() => undefined);
  stage.lostTriggers.push("another wait");

  const failure = untilWithSchedule(
    stage,
    "the image is told",
    () => false,
    () => undefined,
    never,
  ).catch((error) => error);
  await vi.advanceTimersByTimeAsync(300_000);

  expect(await failure).toMatchObject({ message: "waiting until the image is told" });
  expect(passTo).not.toHaveBeenCalled();
});
