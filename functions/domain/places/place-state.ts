import type { Place } from "../../config/place.ts";
import { hour } from "../../config/time.ts";
import { noFastLaunchRecords } from "../fast-launch-records.ts";
import type { FastLaunches } from "../fast-launches.ts";
import type { IndexedImageWorld } from "../indexed-world.ts";
import type { ImageThere, KnownPlace, ObservedPlace } from "../observed-place.ts";
import { noPlaceHistory, type PlacedImage, type PlaceHistory, type PlaceProof } from "../place-records.ts";
import { readBackWithin } from "../publishing/channel-writes.ts";

/** What a world holds about one place. */
export interface PlaceState {
  place: Place;
  history: PlaceHistory;
  observed: ObservedPlace;
}

/** A place that has answered. */
export interface KnownState extends PlaceState {
  observed: KnownPlace;
}

/** The states of all places, in the order of the configuration. */
export function placeStates(world: Pick<IndexedImageWorld, "configuration" | "placeRecords" | "places">): PlaceState[] {
  return world.configuration.places.map((place) => ({
    place,
    history: entryOf(world.placeRecords?.histories, place.name) ?? noPlaceHistory,
    observed: entryOf(world.places, place.name) ?? { state: "unknown", why: "nothing is known about it" },
  }));
}

export function isKnown(state: PlaceState): state is KnownState {
  return state.observed.state === "known";
}

/** A place may have the name of what every object has: `constructor`. */
function entryOf<T>(all: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return all && Object.hasOwn(all, name) ? all[name] : undefined;
}

const noRecords: PlacedImage = { copies: [], written: {}, proofs: [] };

/** What the records say about one of home's images there. */
export function placedImage({ history }: PlaceState, image: string): PlacedImage {
  return entryOf(history.images, image) ?? noRecords;
}

/** EC2 may list an image that it has just made only after a while, in milliseconds. */
const listedWithin = hour;

/** How far one of home's images is in a place, and its ID there. */
export type Standing =
  /** Nothing has begun, or the image is gone. */
  | { standing: "absent"; failures: number }
  | { standing: "pending"; id: string; since: number }
  | { standing: "failed"; id: string; why: string; at: number; failures: number }
  | { standing: "available"; id: string; image: ImageThere }
  | { standing: "disabled"; id: string; image: ImageThere };

/** Judged by what home recorded and what the place shows. An image that only looks like a copy counts for nothing. */
export function standingOf(state: KnownState, image: string, now: number): Standing {
  return state.place.method === "share" ? standingOfShared(state, image, now) : standingOfCopy(state, image, now);
}

function standingOfShared(state: KnownState, image: string, now: number): Standing {
  const { sharedAt } = placedImage(state, image);
  const seen = entryOf(state.observed.images, image);
  if (sharedAt === undefined) return { standing: "absent", failures: 0 };
  if (seen) return { standing: seen.state === "available" ? "available" : "disabled", id: image, image: seen };
  return now - sharedAt < sharedWithin
    ? { standing: "pending", id: image, since: sharedAt }
    : { standing: "absent", failures: 0 };
}

/** A launch permission is effective within this time, in milliseconds; an image that is not seen then is shared again. */
const sharedWithin = hour / 4;

function standingOfCopy(state: KnownState, image: string, now: number): Standing {
  const copies = placedImage(state, image).copies.map(({ id, at }) => ({
    id,
    at,
    seen: entryOf(state.observed.images, id),
  }));
  const lives = copies.find(({ seen, at }) => (seen ? !hasFailed(seen) : now - at < listedWithin));
  if (lives) {
    const { id, at, seen } = lives;
    if (!seen || seen.state === "pending") return { standing: "pending", id, since: at };
    return { standing: seen.state === "available" ? "available" : "disabled", id, image: seen };
  }
  const [last] = copies;
  const failures = copies.length;
  if (!last?.seen) return { standing: "absent", failures };
  const why = last.seen.why ?? `EC2 says that ${last.id} is ${last.seen.state}`;
  return { standing: "failed", id: last.id, why, at: last.at, failures };
}

/** The results of an image's proofs there, latest first. A later copy has booted nowhere yet. */
export function proofsOf(state: PlaceState, image: string, id: string): readonly PlaceProof[] {
  const { proofs, copies } = placedImage(state, image);
  const madeAt = copies.find((copy) => copy.id === id)?.at ?? 0;
  return proofs.filter(({ at }) => at >= madeAt);
}

/** EC2's words for an image that it could not make (API reference, Image). */
export function hasFailed({ state }: ImageThere): boolean {
  return ["failed", "error", "invalid", "deregistered"].includes(state);
}

/** Which of home's images this is, by the records; undefined for any other image. */
export function originOf({ place, history }: PlaceState, id: string): string | undefined {
  // A place that copies may have shared before.
  if (Object.hasOwn(history.images, id)) return id;
  if (place.method === "share") return undefined;
  return Object.entries(history.images).find(([, { copies }]) => copies.some((copy) => copy.id === id))?.[0];
}

/** Why no node should start the image at home or elsewhere; its records are there longer than the image. */
export function whyRevoked(
  { imagesById, revokedByRecord }: Pick<IndexedImageWorld, "imagesById" | "revokedByRecord">,
  image: string,
): string | undefined {
  const own = imagesById().get(image);
  if (own?.revoked) return `${image} is revoked: ${own.revoked.reason}`;
  return revokedByRecord.has(image) ? `${image} is revoked` : undefined;
}

/** Whether a channel there may get the image by a write that cannot be read back yet. */
export function isBeingWritten(state: PlaceState, image: string, now: number): boolean {
  return Object.values(placedImage(state, image).written).some((at) => now - at < readBackWithin);
}

/** What is known about Fast Launch there, by the IDs of images there; undefined if EC2 was not asked. */
export function fastLaunchesIn({ history, observed }: KnownState): FastLaunches | undefined {
  return observed.fastLaunches && { ...(history.fastLaunched ?? noFastLaunchRecords), ...observed.fastLaunches };
}
