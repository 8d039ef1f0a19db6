import type { FleetAction, FleetWrite } from "../domain/fleets/actions.ts";
import { type IndexedWorld, withReread } from "../domain/indexed-world.ts";
import { noPlaceRecords } from "../domain/place-records.ts";
import { placeStates } from "../domain/places/place-state.ts";
import { fleetWritesFor } from "../domain/plan.ts";
import { finderOf, readChannels } from "../io/channels.ts";
import { readFleets } from "../io/fleets/observe-fleets.ts";
import { readPlaces, secondLook } from "../io/places/observe-places.ts";
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
  const { configuration } = world;
  const fleets = configuration.fleets.filter(({ name }) => name === action.fleet);
  const confirmed = readConfirmed(environment, { variant: action.variant, fleets, places: configuration.places });
  const finding = confirmed.then(({ images }) => finderOf(images));
  const readingPlaces = confirmed.then(({ placeRecords = noPlaceRecords }) => {
    const places = configuration.places.filter(({ name }) => fleets.some(({ place }) => place === name));
    return readPlaces(environment, { ...configuration, places }, placeRecords, secondLook);
  });
  const [{ images, pauses, revokedByRecord, fleetRecords, placeRecords }, channels, places] = await Promise.all([
    confirmed,
    readChannels(environment.CHANNELS_PREFIX, finding, action.variant),
    readingPlaces,
  ]);
  const read = await readFleets(
    environment,
    { fleets },
    { channels, images, records: fleetRecords, places: placeStates({ configuration, placeRecords, places }) },
  );
  const now = clock();
  const again = withReread(world, action.variant, {
    now,
    images,
    revokedByRecord,
    channels: { ...world.channels, ...channels },
    references: {},
    pauses,
    fastLaunch: world.fastLaunch,
    ...(placeRecords && { placeRecords }),
    places,
  });
  const fresh: IndexedWorld = {
    ...again,
    fleets: { ...world.fleets, ...read },
    fleetRecords: {
      holds: fleetRecords.holds,
      histories: { ...world.fleetRecords.histories, ...fleetRecords.histories },
    },
  };
  const isStillPlanned = fleetWritesFor(fresh, action.fleet).some((one) => doesSame(one, action));
  return isStillPlanned ? fresh : undefined;
}

/** Whether a change does what another one does. Their reasons may differ. */
function doesSame(one: FleetAction, action: FleetWrite): boolean {
  // What other fleets' node groups need is not read again, so that more seems to be without use.
  if (action.do === "prune")
    return one.do === "prune" && action.versions.every((version) => one.versions.includes(version));
  if (action.do === "cancel") return one.do === "cancel" && one.update === action.update;
  return one.do === action.do && one.image === action.image;
}
