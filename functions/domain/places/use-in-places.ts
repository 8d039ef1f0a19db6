import type { Place } from "../../config/place.ts";
import { iso } from "../../config/time.ts";
import type { Image } from "../images.ts";
import type { IndexedImageWorld } from "../indexed-world.ts";
import { describeUse } from "../references.ts";
import {
  isBeingWritten,
  isKnown,
  type KnownState,
  type PlaceState,
  placedImage,
  placeStates,
  standingOf,
} from "./place-state.ts";
import { wantedThere } from "./spread.ts";

/** What places mean for an image of home's that is to be disabled. */
export type UseInPlaces =
  /** No place has it, or has had it lately. */
  | { use: "none" }
  /** Nothing there needs it any more: these places lose it first. */
  | { use: "shared"; places: readonly string[]; why: string }
  | { use: "kept"; why: string };

/**
 * Rule 20: whether places still need an image that home would disable. Disabling takes it from every account for good, so
 * first every place is moved off, then it is shared no more, then `grace` passes. A place that does not answer needs it.
 * @param reason retention asks what uses the image there and waits for `grace`; a revocation only for the channels
 */
export function useInPlaces(world: IndexedImageWorld, image: Image, reason: "retired" | "revoked"): UseInPlaces {
  const places = placeStates(world);
  for (const state of places) {
    const why = whyNeeded(world, state, image, reason);
    if (why) return { use: "kept", why };
  }
  const shared = places.filter((state) => placedImage(state, image.id).sharedAt !== undefined);
  if (shared.length === 0) {
    const ending = reason === "retired" ? places.flatMap((state) => whyEnding(world, state, image) ?? []) : [];
    return ending[0] === undefined ? { use: "none" } : { use: "kept", why: ending[0] };
  }
  const names = shared.map(({ place }) => place.name);
  return { use: "shared", places: names, why: `it is shared with ${names.join(", ")}, which is taken back first` };
}

function whyNeeded(
  world: IndexedImageWorld,
  state: PlaceState,
  { id }: Image,
  reason: "retired" | "revoked",
): string | undefined {
  const { name, method } = state.place;
  if (placedImage(state, id).sharedAt === undefined) return undefined;
  if (!isKnown(state)) return `it is shared with ${name}, which does not answer`;
  if (method === "copy") return isCopying(world, state, id) ? `it is being copied to ${name}` : undefined;
  const holder = holdersThere(state, id)[0];
  if (holder) return `${name}/${holder} holds it`;
  if (isBeingWritten(state, id, world.now)) return `it was just written to a channel of ${name}`;
  if (reason === "revoked") return undefined;
  const use = describeUse(state.observed.references[id]);
  return use && `in ${name}: ${use}`;
}

/** The `grace` after an image was taken back; that of all places passes at once. */
function whyEnding(world: IndexedImageWorld, state: PlaceState, { id }: Image): string | undefined {
  const { name, method } = state.place;
  const { unsharedAt } = placedImage(state, id);
  if (method === "copy" || unsharedAt === undefined) return undefined;
  const until = unsharedAt + world.configuration.policies.retention.grace;
  return world.now < until ? `${name} had it until ${iso(unsharedAt)}: until ${iso(until)} (grace)` : undefined;
}

/** The channels of a place that hold an image by its ID there: `windows-2022-core-1.35/stable`. */
export function holdersThere({ observed }: KnownState, id: string): string[] {
  return Object.entries(observed.channels).flatMap(([variant, held]) =>
    Object.entries(held).flatMap(([channel, { image }]) => (image === id ? [`${variant}/${channel}`] : [])),
  );
}

/** Whether another account still needs the permission to copy the image. */
export function isCopying(world: IndexedImageWorld, state: KnownState, image: string): boolean {
  // What a place shared before it copied stays as long as a channel there holds it.
  if (holdersThere(state, image).length > 0) return true;
  const { standing } = standingOf(state, image, world.now);
  if (standing === "pending") return true;
  return (
    standing !== "available" && standing !== "disabled" && wantedThere(world, state).some(({ id }) => id === image)
  );
}

/** What another account may do with an image of home's: start it, and read its snapshots. */
export interface Permissions {
  launch: boolean;
  snapshots: boolean;
}

/** The permissions that other places of the same account still need. AWS gives them to accounts, not to places. */
export function neededBeside(world: IndexedImageWorld, { name, account }: Place, image: string): Permissions {
  const others = placeStates(world).filter(
    (state) =>
      state.place.name !== name && state.place.account === account && placedImage(state, image).sharedAt !== undefined,
  );
  return { launch: others.length > 0, snapshots: others.some(({ place }) => place.method === "copy") };
}
