import type { IndexedWorld } from "../indexed-world.ts";
import { placedImage } from "../places/place-state.ts";
import { heldFor, type KnownState, nodesBehind, ownImage } from "./fleet-state.ts";

/**
 * Since when the channel has held something newer than the oldest of the fleet's nodes runs, in milliseconds since the
 * epoch, as far as records and the channel tell; undefined if no node is behind.
 */
export function holdingSince(world: IndexedWorld, state: KnownState): number | undefined {
  const { fleet, place } = state;
  const behind = nodesBehind(state);
  const written = heldFor(world, state)?.writtenAt;
  if (behind.length === 0 || written === undefined) return undefined;
  const created = behind.map(({ image }) => ownImage(world, state, image)?.createdAt ?? 0);
  const oldest = Math.min(...created);
  const newer = (world.images.get(fleet.variant) ?? []).filter(({ createdAt }) => createdAt > oldest);
  const held = newer.flatMap(({ id, held, published }) => {
    if (place) return placedImage(place, id).written[fleet.channel] ?? [];
    return held[fleet.channel] === undefined ? [] : (published[fleet.channel]?.at ?? []);
  });
  return Math.min(written, ...held);
}

/**
 * How long ago the oldest image was made that a node of the fleet runs, whoever made it, in milliseconds; undefined if
 * that is unknown.
 */
export function oldestImageAge(world: IndexedWorld, state: KnownState): number | undefined {
  const made = state.observed.nodes.flatMap(
    ({ image, imageMadeAt }) => ownImage(world, state, image)?.createdAt ?? imageMadeAt ?? [],
  );
  return made.length === 0 ? undefined : world.now - Math.min(...made);
}
