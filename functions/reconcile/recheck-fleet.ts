import type { FleetAction, FleetWrite } from "../domain/fleets/actions.ts";
import { type IndexedWorld, withReread } from "../domain/indexed-world.ts";
import { fleetWritesFor } from "../domain/plan.ts";
import { finderOf, readChannels } from "../io/channels.ts";
import { readFleets } from "../io/fleets/observe-fleets.ts";
import { readConfirmed } from "./recheck.ts";
import type { Run } from "./writes.ts";

/**
 * Reads a fleet and decides again right before it is changed.
 * @returns the world as it is now; undefined if the plan no longer contains the action
 */
export async function recheckFleet(
  action: FleetWrite,
  { world, environment, clock }: Run,
): Promise<IndexedWorld | undefined> {
  const fleets = world.configuration.fleets.filter(({ name }) => name === action.fleet);
  const confirmed = readConfirmed(environment, { variant: action.variant, fleets });
  const finding = confirmed.then(({ images }) => finderOf(images));
  const [{ images, pauses, revokedByRecord, fleetRecords }, channels] = await Promise.all([
    confirmed,
    readChannels(environment.CHANNELS_PREFIX, finding, action.variant),
  ]);
  const read = await readFleets(environment, { fleets }, { channels, images, records: fleetRecords });
  const now = clock();
  const again = withReread(world, action.variant, {
    now,
    images,
    revokedByRecord,
    channels: { ...world.channels, ...channels },
    references: {},
    pauses,
  });
  const fresh: IndexedWorld = {
    ...again,
    fleets: { ...world.fleets, ...read },
    fleetRecords: {
      holds: fleetRecords.holds,
      histories: { ...world.fleetRecords.histories, ...fleetRecords.histories },
    },
  };
  const isStillPlanned = fleetWritesFor(fresh, action.fleet).some(
    (one) => one.do === action.do && essenceOf(one) === essenceOf(action),
  );
  return isStillPlanned ? fresh : undefined;
}

/** What a change does. Its reasons may change. */
function essenceOf(action: FleetAction): string {
  if (action.do === "prune") return action.versions.join();
  if (action.do === "cancel") return action.update;
  return "image" in action ? action.image : "";
}
