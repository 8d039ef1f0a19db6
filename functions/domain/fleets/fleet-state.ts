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

export function fleetStates(world: IndexedWorld): FleetState[] {
  return world.configuration.fleets.map((fleet) => fleetState(world, fleet));
}

export function fleetState(world: IndexedWorld, fleet: Fleet): FleetState {
  return {
    fleet,
    history: world.fleetRecords.histories[fleet.name] ?? noHistory,
    observed: world.fleets[fleet.name] ?? { state: "unknown", why: "nothing is known about it" },
    desired: world.channels[fleet.variant]?.[fleet.channel]?.image,
  };
}

/** The nodes that run another image than the desired one. Only what nodes run counts, not what an update says. */
export function nodesBehind({ desired, observed }: FleetState): readonly FleetNode[] {
  if (observed.state === "unknown" || desired === undefined) return [];
  return observed.nodes.filter(({ image }) => image !== desired);
}

/** Whether every node runs the desired image and the next one will. */
export function isComplete({ desired, observed }: KnownState): boolean {
  return (
    observed.starts?.id === desired && !observed.isChanging && observed.nodes.every(({ image }) => image === desired)
  );
}

/** Why no node should start this image; undefined if nothing speaks against it. */
export function whyNotStarted(world: IndexedWorld, id: string): string | undefined {
  const image = ownImage(world, id);
  if (image?.revoked) return `${id} is revoked: ${image.revoked.reason}`;
  return world.revokedByRecord.has(id) ? `${id} is revoked` : undefined;
}

export function ownImage(world: IndexedWorld, id: string): Image | undefined {
  return world.imagesById().get(id);
}

/** The images that the fleet's nodes run or would start and that no node should start, each with the reason. */
export function revokedInUse(world: IndexedWorld, { observed }: FleetState): { image: string; why: string }[] {
  if (observed.state === "unknown") return [];
  const used = new Set([...(observed.starts ? [observed.starts.id] : []), ...observed.nodes.map(({ image }) => image)]);
  return [...used].flatMap((image) => {
    const why = whyNotStarted(world, image);
    return why === undefined ? [] : [{ image, why }];
  });
}

/**
 * Why the fleet leaves its image for an older one or for any other, at once if its configuration says so: because that
 * image is revoked or the channel has gone back. Undefined if the fleet goes forward.
 */
export function whyBack(world: IndexedWorld, state: KnownState): string | undefined {
  const [revoked] = revokedInUse(world, state).filter(({ image }) => image !== state.desired);
  if (revoked) return revoked.why;
  const { desired, observed } = state;
  const wanted = ownImage(world, desired)?.createdAt;
  const present = observed.starts;
  if (present?.createdAt === undefined || wanted === undefined || present.createdAt <= wanted) return undefined;
  // Images of others say nothing about newer and older.
  return ownImage(world, present.id) ? `the channel has gone back from ${present.id}` : undefined;
}

export function isKnown(state: FleetState): state is KnownState {
  return state.observed.state === "known" && state.desired !== undefined;
}
