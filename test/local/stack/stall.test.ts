import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { orAborted, poll, whileMoving } from "../../../local/stack/stall.ts";

const movement = new EventEmitter<{ change: [string] }>();
const second = 1000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function never(): Promise<never> {
  return new Promise(() => undefined);
}

test("a wait ends when nothing has moved for too many ticks, and names what moved last", async () => {
  const waiting = whileMoving(movement, "the image is published", never, { ticks: 300 }).catch((error) => error);

  vi.advanceTimersByTime(200 * second);
  movement.emit("change", "build 1 BUILD");
  vi.advanceTimersByTime(300 * second);

  const error = await waiting;
  expect(error.message).toBe("waiting until the image is published");
  expect(error.cause.message).toBe("nothing has moved for 300 s; last: build 1 BUILD");
});

test("a wait goes on for any time as long as something moves", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const waiting = whileMoving(movement, "the image is published", () => promise, { ticks: 300 });

  for (let minutes = 0; minutes < 600; minutes += 4) {
    vi.advanceTimersByTime(4 * 60 * second);
    movement.emit("change", "a log line");
  }
  resolve("published");

  expect(await waiting).toBe("published");
  expect(vi.getTimerCount()).toBe(0);
  expect(movement.listenerCount("change")).toBe(0);
});

test("a wait's work is aborted with the caller's reason, and the error names both the wait and the reason", async () => {
  const interruption = new AbortController();
  const seen = Promise.withResolvers<unknown>();
  const work = (signal: AbortSignal) => {
    signal.addEventListener("abort", () => seen.resolve(signal.reason));
    return never();
  };

  const waiting = whileMoving(movement, "all builds have ended", work, { signal: interruption.signal });
  interruption.abort(new Error("stopped by SIGINT"));

  await expect(waiting).rejects.toThrow(
    new Error("waiting until all builds have ended", { cause: new Error("stopped by SIGINT") }),
  );
  expect(await seen.promise).toEqual(new Error("stopped by SIGINT"));
});

test("an error of the work itself passes through unchanged", async () => {
  const broken = new Error("the queue cannot be reached");

  await expect(whileMoving(movement, "the queue is empty", () => Promise.reject(broken))).rejects.toBe(broken);
});

test("a promise is left as soon as the signal aborts, also if it aborted before", async () => {
  const reason = new Error("stopped");

  await expect(orAborted(never(), AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(await orAborted(Promise.resolve("done"), new AbortController().signal)).toBe("done");
});

test("polling asks until there is an answer", async () => {
  const answers = [undefined, false, "here"] as const;
  let asked = 0;

  expect(await poll(async () => answers[asked++], new AbortController().signal)).toBe("here");
  expect(asked).toBe(3);
});
