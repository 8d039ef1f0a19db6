import type { Fleet } from "../../config/fleet.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { describeHold, pauseOf, whyPaused } from "../pauses.ts";

/** Why a person leaves the fleet as it is; undefined if nobody does. Nothing overrides a hold. */
export function whyHeld(world: IndexedWorld, { name }: Fleet): string | undefined {
  const hold = pauseOf(world.fleetRecords.holds, name);
  return hold && describeHold(name, hold);
}

/** Why the fleet is not moved forward: a hold, or a pause of its variant, which never keeps nodes on a revoked image. */
export function whyLeftAlone(world: IndexedWorld, fleet: Fleet): string | undefined {
  return whyHeld(world, fleet) ?? whyPaused(world, fleet.variant);
}
