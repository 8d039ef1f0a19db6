import { expect, test, vi } from "vitest";
import { observe } from "../../../functions/io/observe.ts";
import { scene } from "../../scene.ts";
import { redirectClients } from "../../simulation/clients.ts";
import { ireland, twoRegions } from "./accounts.ts";

vi.hoisted(() => {
  // The pace counts real seconds.
  Object.assign(process.env, { CALL_PACE: "1000000", AWS_REGION: "us-east-1" });
});

test("a run whose images cannot be read fails, and nothing of it fails unheard: Lambda would end the process", async () => {
  const { world } = scene({ places: [ireland] }, "2026-11-30T12:00:00Z");
  const { environment } = twoRegions(world);
  redirectClients(async (service, operation) => {
    throw new Error(`${service} ${operation} does not answer`);
  });
  const unheard: unknown[] = [];
  process.on("unhandledRejection", (reason) => unheard.push(reason));

  await expect(observe(environment, world.configuration, world.now, () => 60_000)).rejects.toThrow("reading");
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);

  expect(unheard).toEqual([]);
});
