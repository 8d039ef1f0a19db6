import { expect, test } from "vitest";
import { createStops } from "../../../local/stack/stops.ts";

test("what was started last is stopped first, and one that does not stop keeps no other from it", async () => {
  const stops = createStops();
  const stopped: string[] = [];
  stops.add(async () => void stopped.push("directory"));
  stops.add(() => Promise.reject(new Error("the emulator hangs")));
  stops.add(() => Promise.reject(new Error("the queue is gone")));
  stops.add(async () => void stopped.push("functions"));

  const stopping = stops.stop();

  await expect(stopping).rejects.toMatchObject({
    errors: [new Error("the queue is gone"), new Error("the emulator hangs")],
  });
  expect(stopped).toEqual(["functions", "directory"]);
});

test("stopping twice is stopping once", async () => {
  const stops = createStops();
  const stopped: string[] = [];
  stops.add(async () => void stopped.push("functions"));

  await Promise.all([stops.stop(), stops.stop()]);

  expect(stopped).toEqual(["functions"]);
});
