import type { Fleet } from "../../config/fleet.ts";
import { type FleetHistory, noHistory } from "../fleet-records.ts";
import type { Image } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import type { FleetNode, KnownFleet, ObservedFleet } from "../observed-fleet.ts";

/** What a world holds about one fleet. */
export interface FleetState {
  fleet: Fleet;
  history: FleetHistory;
  observed: ObservedFleet;
  /** What the fleet is to run: what its channel holds. Undefined if the channel holds nothing. */
  desired: string | undefined;
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
  return {
    fleet,
    history: entryOf(world.fleetRecords.histories, fleet.name) ?? noHistory,
    observed: entryOf(world.fleets, fleet.name) ?? { state: "unknown", why: "nothing is known about it" },
    desired: world.channels[fleet.variant]?.[fleet.channel]?.image,
  };
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

export function ownImage(world: IndexedWorld, id: string): Image | undefined {
  return world.imagesById().get(id);
}

/** Why no node should start this image; undefined if it is not revoked. */
export function whyNotStarted(world: IndexedWorld, id: string): string | undefined {
  const image = ownImage(world, id);
  if (image?.revoked) return `${id} is revoked: ${image.revoked.reason}`;
  return world.revokedByRecord.has(id) ? `${id} is revoked` : undefined;
}
