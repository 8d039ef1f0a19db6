import { uniqBy } from "es-toolkit";
import type { ChannelName } from "../../config/channel-names.ts";
import { hour } from "../../config/time.ts";
import { describeFailure, isOfProof } from "../failures.ts";
import { fastLaunchOf, hasFailed as hasFastLaunchFailed } from "../fast-launches.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { sha256 } from "../inputs.ts";
import { everything } from "../pauses.ts";
import type { PlacedImage } from "../place-records.ts";
import {
  fastLaunchesIn,
  hasFailed,
  isKnown,
  type KnownState,
  originOf,
  type PlaceState,
  placeStates,
} from "../places/place-state.ts";
import { readBackWithin } from "../publishing/channel-writes.ts";
import type { Keyed } from "./keyed.ts";

/** What stopped an image on its way into a place. */
export type PlaceFailure = "copy" | "share" | "proof" | "write" | "fast-launch";

/** About a place (rule 20). `image` is home's, `id` the same image's there. */
export type PlaceNotification = { place: string } & (
  | { kind: "place-published"; channel: ChannelName; image: string; id: string }
  /** It does not answer. What was published there stays. */
  | { kind: "place-away"; since: number; why: string }
  /** Since when it had not answered, in milliseconds since the epoch. */
  | { kind: "place-back"; since: number }
  | { kind: "place-failed"; of: PlaceFailure; image: string; id: string | undefined; why: string }
);

/** How long a place may be away before subscribers hear of it, and after how much longer once more, in milliseconds. */
const toldAfter = [hour / 2, 24 * hour];

export function placeNotifications(world: IndexedWorld): Keyed<PlaceNotification>[] {
  return placeStates(world).flatMap((state) => [
    ...away(world, state),
    ...back(world, state),
    ...(isKnown(state) ? [...published(world, state), ...failed(world, state), ...unprepared(world, state)] : []),
  ]);
}

function away({ now }: IndexedWorld, { place: { name }, history, observed }: PlaceState): Keyed<PlaceNotification>[] {
  const { unseenSince: since } = history;
  if (since === undefined || observed.state === "known") return [];
  const times = toldAfter.filter((after) => now - since >= after).length;
  if (times === 0) return [];
  const key = `place-away/${name}/${since}/${times}`;
  return [{ kind: "place-away", key, at: now, variant: everything, place: name, since, why: observed.why }];
}

/** Only if subscribers heard that it was away. */
function back({ notified }: IndexedWorld, { place: { name }, history }: PlaceState): Keyed<PlaceNotification>[] {
  if (!history.back) return [];
  const { at, since } = history.back;
  const isTold = toldAfter.some((_, index) => notified.has(`place-away/${name}/${since}/${index + 1}`));
  const key = `place-back/${name}/${since}`;
  return isTold ? [{ kind: "place-back", key, at, variant: everything, place: name, since }] : [];
}

/** What home recorded, read back from a channel there. */
function published(world: IndexedWorld, state: KnownState): Keyed<PlaceNotification>[] {
  const place = state.place.name;
  return [...world.variants.keys()].flatMap((variant) =>
    state.place.channels.flatMap((channel): Keyed<PlaceNotification>[] => {
      const current = state.observed.channels[variant]?.[channel];
      const image = current && originOf(state, current.image);
      if (!current || image === undefined) return [];
      const { image: id, version, writtenAt: at } = current;
      const key = `place-published/${place}/${variant}/${channel}/${version}-${id}/${at}`;
      return [{ kind: "place-published", key, at, variant, place, channel, image, id }];
    }),
  );
}

function failed(world: IndexedWorld, state: KnownState): Keyed<PlaceNotification>[] {
  return Object.entries(state.history.images).flatMap(([image, placed]) => {
    const variant = world.imagesById().get(image)?.variant;
    if (variant === undefined) return [];
    const about = { kind: "place-failed" as const, variant, place: state.place.name, image };
    const key = (of: PlaceFailure, what: string) => `place-failed/${state.place.name}/${of}/${image}/${what}`;
    return [
      ...placed.copies.flatMap(({ id, at }): Keyed<PlaceNotification>[] => {
        const seen = state.observed.images[id];
        if (!seen || !hasFailed(seen)) return [];
        return [{ ...about, key: key("copy", id), at, of: "copy", id, why: seen.why ?? "EC2 gives no reason" }];
      }),
      ...[...refusals(placed), ...unbooted(world, state, image)].map(
        ({ of, reason: why, at }): Keyed<PlaceNotification> => {
          return { ...about, key: key(of, sha256(why).slice(0, 16)), at, of, id: undefined, why };
        },
      ),
      ...placed.proofs
        .filter(({ result }) => result === "failed")
        .map(({ token, at }): Keyed<PlaceNotification> => {
          const why = "it did not pass its proof there; the build's log says why";
          return { ...about, key: key("proof", token), at, of: "proof", id: undefined, why };
        }),
      ...unread(world, state, { variant, image, placed }).map(
        ({ channel, at }): Keyed<PlaceNotification> => ({
          ...about,
          key: key("write", `${channel}/${at}`),
          at,
          of: "write",
          id: undefined,
          why: `Parameter Store accepted it for ${channel} and does not show it: it validates an image after it has answered`,
        }),
      ),
    ];
  });
}

/** Why builds could not boot an image there, by cause: then no proof says anything about it. */
function unbooted({ builds }: IndexedWorld, { place }: KnownState, image: string) {
  const failed = (builds.inPlaces.get(image) ?? []).flatMap(
    ({ place: name, failure, startedAt, endedAt = startedAt }) =>
      name === place.name && failure && !isOfProof(failure)
        ? [{ of: "proof" as const, reason: describeFailure(failure), at: endedAt }]
        : [],
  );
  return uniqBy(failed, ({ reason }) => reason);
}

/** Images of which EC2 does not change Fast Launch there: once for each of its reasons. */
function unprepared(world: IndexedWorld, state: KnownState): Keyed<PlaceNotification>[] {
  const all = fastLaunchesIn(state);
  if (all?.state !== "known") return [];
  const place = state.place.name;
  return Object.keys(all.recorded).flatMap((id): Keyed<PlaceNotification>[] => {
    const image = originOf(state, id) ?? id;
    const variant = world.imagesById().get(image)?.variant;
    const shown = fastLaunchOf(all, id);
    if (variant === undefined || !shown || !hasFastLaunchFailed(shown)) return [];
    const { since: at = world.now, reason: why = "EC2 gives no reason" } = shown;
    const key = `place-failed/${place}/fast-launch/${id}/${sha256(`${shown.state} ${why}`).slice(0, 16)}`;
    return [{ kind: "place-failed", key, at, variant, place, of: "fast-launch", image, id, why }];
  });
}

function refusals({ refused }: PlacedImage) {
  return refused ? [refused] : [];
}

/** Channels of the place to which the image was written in vain. */
function unread(
  world: IndexedWorld,
  state: KnownState,
  { variant, image, placed }: { variant: string; image: string; placed: PlacedImage },
) {
  return state.place.channels.flatMap((channel) => {
    const at = placed.written[channel];
    const current = state.observed.channels[variant]?.[channel];
    if (at === undefined || world.now - at < readBackWithin) return [];
    const isRead =
      current !== undefined && (originOf(state, current.image) === image || current.writtenAt >= at - 1000);
    return isRead ? [] : [{ channel, at }];
  });
}
