import type { ChannelName } from "../../config/channel-names.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { everything } from "../pauses.ts";
import { decideThere } from "./channels-there.ts";
import { retentionThere } from "./copies-retention.ts";
import { fastLaunchThere } from "./fast-launch-there.ts";
import { isKnown, type KnownState, type PlaceState, placedImage, placeStates } from "./place-state.ts";
import { decideSpread } from "./spread.ts";
import { isCopying } from "./use-in-places.ts";

/** A change in a place, or of what it may use. `image` is home's, `id` the same image's there. */
export type PlaceWrite =
  | ({
      place: string;
      variant: string;
      image: string;
      reasons: string[];
    } /** `attempt` counts from 1. */ & (
      | { do: "copy"; attempt: number }
      | { do: "share" }
      | { do: "unshare" }
      | {
          do: "publish-there";
          channel: ChannelName;
          id: string;
          /** By its ID there. */
          previous: string | undefined;
          /** Why no node should start what the channel holds; undefined if home's channel has only moved on. */
          leaves: string | undefined;
        }
    ))
  | (About & { do: "enable-there" | "release-there" | "disable-there" | "deregister-there"; id: string })
  /** Enables or disables Fast Launch of an image there. */
  | (About & { do: "fast-launch-there"; enable: boolean; id: string });

interface About {
  place: string;
  variant: string;
  image: string;
  reasons: string[];
}

/** An image is no longer shared with a place. */
export interface Unshare extends About {
  do: "unshare";
}

/** The place's name is in `place`; `variant` is `*` for what is about the whole place. */
export type PlaceAction =
  | PlaceWrite
  /** Records that a place answers no more, or again. */
  | { do: "sight-place"; place: string; variant: string; sight: "lost" | "found"; reasons: string[] }
  | {
      do: "wait";
      for: "place";
      place: string;
      variant: string;
      /** The channel that waits; undefined if the image does. */
      channel: ChannelName | undefined;
      /** In milliseconds since the epoch; undefined if only AWS, a change or a person ends the wait. */
      until: number | undefined;
      reasons: string[];
    };

/** Rule 20: what is done in the places, in each independently of the others. */
export function placeActions(world: IndexedWorld): PlaceAction[] {
  return placeStates(world).flatMap((state) => [...sighting(world, state), ...actionsIn(world, state)]);
}

function actionsIn(world: IndexedWorld, state: PlaceState): PlaceAction[] {
  if (world.unreadable !== undefined) return [];
  if (state.observed.state === "unknown") return [waiting(state, everything, [state.observed.why])];
  if (!isKnown(state)) return [];
  return [
    ...publications(world, state),
    ...spreading(world, state),
    ...permissions(world, state),
    ...fastLaunches(world, state),
    ...copies(world, state),
  ];
}

function waiting(
  { place }: PlaceState,
  variant: string,
  reasons: string[],
  { channel, until }: { channel?: ChannelName; until?: number | undefined } = {},
): PlaceAction {
  return { do: "wait", for: "place", place: place.name, variant, channel, until, reasons };
}

function publications(world: IndexedWorld, state: KnownState): PlaceAction[] {
  const place = state.place.name;
  return world.configuration.variants.flatMap(({ name: variant }) =>
    state.place.channels.flatMap((channel): PlaceAction[] => {
      const next = decideThere(world, state, variant, channel);
      if (next.decision === "current") return [];
      if (next.decision === "wait") return [waiting(state, variant, next.reasons, { channel, until: next.until })];
      const { decision: _, ...publication } = next;
      return [{ do: "publish-there", place, variant, channel, ...publication }];
    }),
  );
}

function spreading(world: IndexedWorld, state: KnownState): PlaceAction[] {
  const place = state.place.name;
  return decideSpread(world, state).flatMap((next): PlaceAction[] => {
    const { image, variant } = next;
    if (next.decision === "there") return [];
    if (next.decision === "wait") return [waiting(state, variant, next.reasons, { until: next.until })];
    const { reasons } = next;
    return next.decision === "copy"
      ? [{ do: "copy", place, variant, image, attempt: next.attempt, reasons }]
      : [{ do: "share", place, variant, image, reasons }];
  });
}

/** What another account needed to copy an image is taken back once the copy is there, or is wanted no more. */
function permissions(world: IndexedWorld, state: KnownState): PlaceAction[] {
  const { name: place, method } = state.place;
  if (method === "share") return [];
  return Object.keys(state.history.images).flatMap((image): PlaceAction[] => {
    if (placedImage(state, image).sharedAt === undefined || isCopying(world, state, image)) return [];
    const variant = world.imagesById().get(image)?.variant ?? everything;
    return [{ do: "unshare", place, variant, image, reasons: [`${place} does not copy it any more`] }];
  });
}

function copies(world: IndexedWorld, state: KnownState): PlaceAction[] {
  const place = state.place.name;
  return retentionThere(world, state).flatMap(({ decision, ...copy }): PlaceAction[] =>
    decision === "keep" ? [] : [{ do: `${decision}-there`, place, ...copy }],
  );
}

function fastLaunches(world: IndexedWorld, state: KnownState): PlaceAction[] {
  const place = state.place.name;
  return fastLaunchThere(world, state).flatMap((next): PlaceAction[] => {
    const { id, image, variant, reasons, decision } = next;
    if (decision === "on" || decision === "left") return [];
    if (decision === "wait")
      return [waiting(state, variant, [`Fast Launch of ${id}: ${reasons.join("; ")}`], { until: next.until })];
    return [{ do: "fast-launch-there", place, variant, image, id, enable: decision === "enable", reasons }];
  });
}

/** Nothing of AWS tells since when a place has been away. */
function sighting(world: IndexedWorld, { place, history, observed }: PlaceState): PlaceAction[] {
  const isLost = observed.state === "unknown";
  if (world.unreadable !== undefined || isLost === (history.unseenSince !== undefined)) return [];
  const about = { do: "sight-place" as const, place: place.name, variant: everything };
  return [
    isLost
      ? { ...about, sight: "lost", reasons: [observed.why] }
      : { ...about, sight: "found", reasons: ["it answers again"] },
  ];
}
