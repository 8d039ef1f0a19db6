import { expect, test } from "vitest";
import { whileMoving } from "./standstill.ts";

const patience = { looks: 3, milliseconds: 2 };

test("a wait fails once its progress stands still, and names the last progress", async () => {
  const never = new Promise(() => {});

  await expect(whileMoving("a build", never, () => "12 bytes of log", patience)).rejects.toThrow(
    "a build has made no progress for 0.006 s: 12 bytes of log",
  );
});

test("a wait goes on for as long as there is progress", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  let bytes = 0;

  const waited = whileMoving(
    "a build",
    promise,
    () => {
      bytes++;
      if (bytes === 20) resolve("ended");
      return `${bytes} bytes of log`;
    },
    patience,
  );

  await expect(waited).resolves.toBe("ended");
});

test("a wait fails with what its progress throws", async () => {
  const never = new Promise(() => {});

  const waited = whileMoving("a build", never, () => Promise.reject(new Error("the emulator is gone")), patience);

  await expect(waited).rejects.toThrow("the emulator is gone");
});
