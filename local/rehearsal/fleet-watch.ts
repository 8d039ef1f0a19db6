import { z } from "zod";
import { minute } from "../../functions/config/time.ts";
import type { Stage } from "./stage.ts";

const FleetStatus = z.object({
  fleet: z.string(),
  state: z.string(),
  starts: z.string().nullable(),
  desired: z.string().nullable(),
  reasons: z.array(z.string()),
  until: z.iso.datetime().nullable(),
  nodes: z.array(z.object({ image: z.string(), count: z.number() })).nullable(),
  nodesBehind: z.number().nullable(),
  lastRollout: z.object({ at: z.string(), image: z.string() }).nullable(),
});
type FleetStatus = z.infer<typeof FleetStatus>;

const Status = z.object({ fleets: z.array(FleetStatus) });

/** What `GET /` reports about a fleet. */
export async function fleetOf(stage: Stage, name: string, signal: AbortSignal): Promise<FleetStatus> {
  const { fleets } = Status.parse(await stage.get("/?images=none", signal));
  const found = fleets.find(({ fleet }) => fleet === name);
  if (!found) throw new Error(`the status has no fleet ${name}`);
  return found;
}

/** How many steps, of a quarter of an hour or of what the fleet waits for, it may take. */
const patience = 40;

/**
 * Lets time pass until a fleet is as wanted.
 * @throws Error with what it waits for, if it never is
 */
export async function passUntil(
  stage: Stage,
  name: string,
  isSo: (fleet: FleetStatus) => boolean,
  signal: AbortSignal,
): Promise<FleetStatus> {
  for (let step = 0; step < patience; step++) {
    await stage.stack.idle(signal);
    const fleet = await fleetOf(stage, name, signal);
    if (isSo(fleet)) return fleet;
    const wait = Date.parse(fleet.until ?? "") - stage.stack.clock.now().getTime();
    await stage.pass(Math.max(15 * minute, wait || 0));
  }
  const { state, reasons } = await fleetOf(stage, name, signal);
  throw new Error(`${name} is still ${state}: ${reasons.join("; ")}`);
}

/** Lets the runs come that record what a fleet has come to run and tell subscribers. */
export async function letTell(stage: Stage, signal: AbortSignal): Promise<void> {
  for (let run = 0; run < 2; run++) {
    await stage.pass(15 * minute);
    await stage.stack.idle(signal);
  }
}

/** Whether every node runs the image and the next one will. */
export function runs(image: string | undefined): (fleet: FleetStatus) => boolean {
  return ({ nodes, starts, state }) =>
    state === "current" && starts === image && (nodes ?? []).every((one) => one.image === image);
}
