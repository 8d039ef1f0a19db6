import type { IndexedWorld } from "../indexed-world.ts";
import { type FleetState, isKnown, type KnownState, ownImage, whyNotStarted } from "./fleet-state.ts";
import { stageOf } from "./stage.ts";

/** A revoked image, and why it is revoked. */
export interface RevokedUse {
  image: string;
  why: string;
}

/**
 * The revoked images that the fleet's nodes run or would start. A group starts what an update brings as soon as the
 * update is set up, also if the update fails later.
 */
export function revokedInUse(world: IndexedWorld, state: FleetState): RevokedUse[] {
  const { observed } = state;
  if (observed.state === "unknown") return [];
  const stage = isKnown(state) ? stageOf(state, world.now) : undefined;
  const brought = stage?.stage === "running" ? stage.image : undefined;
  const used = new Set([observed.starts?.id, brought, ...observed.nodes.map(({ image }) => image)]);
  return [...used].flatMap((image) => {
    const why = image === undefined ? undefined : whyNotStarted(world, state, image);
    return image === undefined || why === undefined ? [] : [{ image, why }];
  });
}

/**
 * Why the fleet goes back, which no other fleet has to try first: it leaves a revoked image, or its channel has gone
 * back. Undefined if it goes forward.
 */
export function whyBack(world: IndexedWorld, state: KnownState): string | undefined {
  const revoked = revokedInUse(world, state).find(({ image }) => image !== state.desired);
  return revoked?.why ?? whyLeft(world, state, state.observed.starts?.id, state.desired);
}

/** Why a fleet leaves an image for another one, if it goes back by that. */
export function whyLeft(
  world: IndexedWorld,
  state: FleetState,
  left: string | undefined,
  taken: string,
): string | undefined {
  if (left === undefined || left === taken) return undefined;
  const revoked = whyNotStarted(world, state, left);
  if (revoked) return revoked;
  // Images of others say nothing about newer and older.
  const [before, after] = [ownImage(world, state, left), ownImage(world, state, taken)];
  return before && after && before.createdAt > after.createdAt ? `the channel has gone back from ${left}` : undefined;
}
