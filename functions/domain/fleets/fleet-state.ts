import type { Fleet } from "../../config/fleet.ts";
import { type FleetHistory, noHistory } from "../fleet-records.ts";
import { type Image, whyNotPublishable } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import type { FleetNode, KnownFleet, ObservedFleet } from "../observed-fleet.ts";
import { whyNotReady } from "../places/channels-there.ts";
import { isKnown as isKnownPlace, originOf, type PlaceState, placeStates, standingOf } from "../places/place-state.ts";

/** What a world holds about one fleet. */
export interface FleetState {
  fleet: Fleet;
  history: FleetHistory;
  observed: ObservedFleet;
  /** What the fleet is to run: what its channel holds. Undefined if the channel holds nothing. */
  desired: string | undefined;
  /** The place that the fleet is in; undefined at home. IDs of images are those that they have there. */
  place: PlaceState | undefined;
}

/** A fleet that could be observed and whose channel holds something. */
export interface KnownState extends FleetState {
  observed: KnownFleet;
  desired: string;
}

/** The states of all fleets, in the order of the configuration. */
export function fleetStates(world: IndexedWorld): FleetState[] {
  return world.configuration.fleets.map((fleet) => fleetState(world, fleet));
}

export function fleetState(world: IndexedWorld, fleet: Fleet): FleetState {
  const place = fleet.place === undefined ? undefined : placeNamed(world, fleet.place);
  return {
    fleet,
    history: entryOf(world.fleetRecords.histories, fleet.name) ?? noHistory,
    observed:
      place?.observed.state === "unknown"
        ? { state: "unknown", why: `its place ${fleet.place} does not answer: ${place.observed.why}` }
        : (entryOf(world.fleets, fleet.name) ?? { state: "unknown", why: "nothing is known about it" }),
    desired: heldFor(world, { fleet, place })?.image,
    place,
  };
}

function placeNamed(world: IndexedWorld, name: string): PlaceState | undefined {
  return placeStates(world).find(({ place }) => place.name === name);
}

/** What the fleet's channel holds where the fleet is; undefined if that is nothing or unknown. */
export function heldFor(world: IndexedWorld, { fleet, place }: Pick<FleetState, "fleet" | "place">) {
  const channels = !place ? world.channels : isKnownPlace(place) ? place.observed.channels : {};
  return channels[fleet.variant]?.[fleet.channel];
}

/** A fleet may have the name of what every object has: `constructor`. */
function entryOf<T>(all: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

export function isKnown(state: FleetState): state is KnownState {
  return state.observed.state === "known" && state.desired !== undefined;
}

/** The nodes that run another image than the desired one. Only what nodes run counts, not what an update says. */
export function nodesBehind({ desired, observed }: FleetState): readonly FleetNode[] {
  if (observed.state === "unknown" || desired === undefined) return [];
  return observed.nodes.filter(({ image }) => image !== desired);
}

/** Whether every node runs the desired image and the next one will. */
export function isComplete(state: KnownState): boolean {
  const { desired, observed } = state;
  return observed.starts?.id === desired && !observed.isChanging && nodesBehind(state).length === 0;
}

/** The ID of home's image that this is, by the records; undefined for any other image of a place. */
export function homeIdOf({ place }: Pick<FleetState, "place">, id: string): string | undefined {
  return place ? originOf(place, id) : id;
}

/** Home's image that the fleet knows by this ID; undefined if this service did not make it. */
export function ownImage(world: IndexedWorld, state: Pick<FleetState, "place">, id: string): Image | undefined {
  const own = homeIdOf(state, id);
  return own === undefined ? undefined : world.imagesById().get(own);
}

/** Why no node should start this image; undefined if it is not revoked. */
export function whyNotStarted(world: IndexedWorld, state: Pick<FleetState, "place">, id: string): string | undefined {
  const own = homeIdOf(state, id);
  if (own === undefined) return undefined;
  const called = own === id ? id : `${id}, a copy of ${own},`;
  const image = world.imagesById().get(own);
  if (image?.revoked) return `${called} is revoked: ${image.revoked.reason}`;
  return world.revokedByRecord.has(own) ? `${called} is revoked` : undefined;
}

/** Why no node gets what the fleet's channel holds; undefined if nodes may. */
export function whyUnfit(world: IndexedWorld, state: FleetState & { desired: string }): string | undefined {
  const image = ownImage(world, state, state.desired);
  if (!image) return "was not made by this service";
  return whyNotPublishable(image) ?? whyUnfitThere(world, state, image);
}

/** The same about the image in the fleet's place. */
export function whyUnfitThere(world: IndexedWorld, { place, desired }: FleetState, { id }: Image): string | undefined {
  if (!place || !isKnownPlace(place)) return undefined;
  const standing = standingOf(place, id, world.now);
  if ("id" in standing && standing.id !== desired)
    return `is not the copy that ${place.place.name} uses: ${standing.id}`;
  const missing = whyNotReady(world, place, id);
  return missing && `is not ready in ${place.place.name}: ${missing.why}`;
}
