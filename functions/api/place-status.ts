import type { ChannelName } from "../config/channel-names.ts";
import { iso } from "../config/time.ts";
import type { IndexedWorld } from "../domain/indexed-world.ts";
import { decideThere, type ThereDecision, targetOf } from "../domain/places/channels-there.ts";
import { retentionThere } from "../domain/places/copies-retention.ts";
import { isKnown, originOf, type PlaceState, placeStates } from "../domain/places/place-state.ts";

/** The places as `GET /` answers them. Times are ISO 8601. What is unknown is null. */
export function placeStatuses(world: IndexedWorld) {
  return placeStates(world).map((state) => {
    const { place, history, observed } = state;
    return {
      place: place.name,
      region: place.region,
      /** Null for the service's own. */
      account: place.account ?? null,
      method: place.method,
      prove: place.prove,
      /** Why it is not known how it stands; null if the place answers. */
      unknown: observed.state === "unknown" ? observed.why : null,
      awaySince: history.unseenSince === undefined ? null : iso(history.unseenSince),
      copies: isKnown(state) ? retentionThere(world, state).map(({ variant: _, ...copy }) => copy) : null,
      /** Images there that only look like copies: none is ever published. */
      unrecorded: unrecorded(state),
    };
  });
}

function unrecorded(state: PlaceState): string[] | null {
  if (!isKnown(state)) return null;
  return Object.values(state.observed.images)
    .filter(({ id, source }) => source !== undefined && originOf(state, id) === undefined)
    .map(({ id }) => id);
}

/** What each place's channels hold of a variant, and what becomes of them: the matrix of variant, place and channel. */
export function variantInPlaces(world: IndexedWorld, variant: string) {
  return placeStates(world).flatMap((state) =>
    state.place.channels.map((channel) => channelThere(world, state, variant, channel)),
  );
}

interface ChannelThere {
  place: string;
  channel: ChannelName;
  /** Home's image that the channel is to hold. */
  wanted: string | null;
  /** Of home; null if the channel holds nothing, or nothing that home recorded. */
  image: string | null;
  /** By its ID there. */
  id: string | null;
  since: string | null;
  state: ThereDecision["decision"] | "unknown";
  reasons: string[];
  until: string | null;
}

function channelThere(world: IndexedWorld, state: PlaceState, variant: string, channel: ChannelName): ChannelThere {
  const { place, observed } = state;
  const about = { place: place.name, channel, wanted: targetOf(world, variant, channel).image?.id ?? null };
  if (!isKnown(state) || observed.state === "unknown") {
    const reasons = observed.state === "unknown" ? [observed.why] : [];
    return { ...about, image: null, id: null, since: null, state: "unknown", reasons, until: null };
  }
  const current = observed.channels[variant]?.[channel];
  const next = decideThere(world, state, variant, channel);
  return {
    ...about,
    image: (current && originOf(state, current.image)) ?? null,
    id: current?.image ?? null,
    since: current ? iso(current.writtenAt) : null,
    state: next.decision,
    reasons: next.decision === "current" ? [] : next.reasons,
    until: next.decision === "wait" && next.until !== undefined ? iso(next.until) : null,
  };
}
