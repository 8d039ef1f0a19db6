import { expect, test } from "vitest";
import { untilDone } from "./standstill.ts";

const patience = { ticks: 1, lookEvery: 1 };

test("a wait fails once its progress stands still, and names the last progress", async () => {
  const never = new Promise(() => {});

  await expect(untilDone("a build", never, () => "12 bytes of log", patience)).rejects.toMatchObject({
    message: "waiting until a build is done",
    cause: { message: expect.stringMatching(/^nothing has moved for \d+ s; last: 12 bytes of log$/) },
  });
});

test("a wait ends with the work while there is progress", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  let bytes = 0;

  const progress = () => {
    bytes++;
    if (bytes === 20) resolve("ended");
    return `${bytes} bytes of log`;
  };
  const waited = untilDone("a build", promise, progress, { ticks: 60, lookEvery: 1 });

  await expect(waited).resolves.toBe("ended");
});

test("a wait fails with what its progress throws", async () => {
  const never = new Promise(() => {});

  const waited = untilDone("a build", never, () => Promise.reject(new Error("the emulator is gone")), patience);

  await expect(waited).rejects.toThrow("the emulator is gone");
});
