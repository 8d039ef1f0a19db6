import { hour, iso } from "../../config/time.ts";
import { whyFastLaunched, whyStillFastLaunched } from "../fast-launches.ts";
import { type Image, isPublishable } from "../images.ts";
import { type IndexedWorld, indexWorld } from "../indexed-world.ts";
import { whyPaused } from "../pauses.ts";
import { heldLast } from "../publishing/holders.ts";
import { describeUse } from "../references.ts";
import { stateOf, variantImages } from "../variant-state.ts";
import type { World } from "../world.ts";
import {
  fastLaunchesIn,
  hasFailed,
  isBeingWritten,
  isKnown,
  type KnownState,
  placedImage,
  placeStates,
  standingOf,
  whyRevoked,
} from "./place-state.ts";
import { wantedThere } from "./spread.ts";
import { holdersThere } from "./use-in-places.ts";

/** What becomes of a copy, and why. `id` is the copy's, `image` home's. `release` exempts it from retention. */
export interface CopyRetention {
  id: string;
  image: string;
  variant: string;
  decision: "keep" | "enable" | "release" | "disable" | "deregister";
  reasons: string[];
}

/** EC2 may show a disabled image as available for a while, in milliseconds (as retention-phases.ts says of home's). */
const shownWithin = hour;

/** Failed copies hold nothing. They stay this long, in milliseconds, so that people can look at them. */
const failedFor = 24 * hour;

/**
 * The images of a place, by their ID there, whose use must be known before they may go.
 * @param candidates what may go at home
 */
export function goingThere(observed: World, place: string, candidates: readonly string[]): string[] {
  const world = indexWorld(observed);
  const state = placeStates(world).find((one) => one.place.name === place);
  if (!state || !isKnown(state)) return [];
  if (state.place.method === "share")
    return candidates.filter((image) => placedImage(state, image).sharedAt !== undefined);
  return verdicts(world, state)
    .filter(({ decision }) => decision === "disable" || decision === "deregister")
    .map(({ id }) => id);
}

/**
 * Rule 20: what becomes of the copies in a place, by the rules of home's images. Only recorded copies are touched, and one
 * that goes loses its Fast Launch first.
 */
export function retentionThere(world: IndexedWorld, state: KnownState): CopyRetention[] {
  return judgedThere(world, state).map((verdict) => {
    if (verdict.decision !== "disable" && verdict.decision !== "deregister") return verdict;
    const all = fastLaunchesIn(state);
    const revoked = world.imagesById().get(verdict.image)?.revoked;
    const has = isRevoked(world, verdict)
      ? whyStillFastLaunched(all, { id: verdict.id, revoked }, world.now)
      : whyFastLaunched(all, verdict.id);
    return has ? { ...verdict, decision: "keep", reasons: [has] } : verdict;
  });
}

/** The same, whether or not a copy has Fast Launch. */
export function judgedThere(world: IndexedWorld, state: KnownState): CopyRetention[] {
  return verdicts(world, state).map((verdict) => {
    if (verdict.decision !== "disable" && verdict.decision !== "deregister") return verdict;
    // Nobody starts a failed image, and a revoked one is no longer to be started.
    if (isFailed(state, verdict.id) || isRevoked(world, verdict)) return verdict;
    const use = describeUse(state.observed.references[verdict.id]);
    return use ? { ...verdict, decision: "keep", reasons: [use] } : verdict;
  });
}

function verdicts(world: IndexedWorld, state: KnownState): CopyRetention[] {
  if (state.place.method === "share" || world.unreadable !== undefined) return [];
  const wanted = new Set(wantedThere(world, state).map(({ id }) => id));
  return Object.keys(state.history.images).flatMap((image) =>
    placedImage(state, image)
      .copies.filter(({ id }) => Object.hasOwn(state.observed.images, id))
      .map(({ id }) => verdictOn(world, state, { id, image }, wanted)),
  );
}

function verdictOn(
  world: IndexedWorld,
  state: KnownState,
  { id, image }: { id: string; image: string },
  wanted: ReadonlySet<string>,
): CopyRetention {
  const own = world.imagesById().get(image);
  const variant = own?.variant ?? variantOf(state, id) ?? "";
  const about = { id, image, variant };
  const keep = (...reasons: string[]): CopyRetention => ({ ...about, decision: "keep", reasons });
  const seen = state.observed.images[id];
  const holders = holdersThere(state, id);
  if (holders.length > 0 || !seen) return keep(...holders.map((holder) => `${holder} holds it`));
  if (hasFailed(seen))
    return world.now - seen.createdAt < failedFor
      ? keep(`EC2 could not make it: ${seen.why ?? seen.state}`)
      : { ...about, decision: "deregister", reasons: ["EC2 could not make it"] };
  const retiredAt = world.placeRecords.retired[id];
  const paused = whyPaused(world, variant);
  if (seen.state === "disabled") {
    if (retiredAt === undefined) return keep("a person has disabled it");
    if (wanted.has(image) && own && isPublishable(own))
      return { ...about, decision: "enable", reasons: ["a channel there is to hold it"] };
    return ofDisabled(world, about, retiredAt, paused);
  }
  if (seen.state !== "available") return keep(`it is ${seen.state}`);
  if (isBeingWritten(state, image, world.now)) return keep("it was just written to a channel there");
  const revoked = whyRevoked(world, image);
  if (revoked && world.configuration.policies.disableRevoked)
    return { ...about, decision: "disable", reasons: [revoked, "no channel there holds it"] };
  const enabledAgain = "a person has enabled it again";
  if (world.placeRecords.released[id] !== undefined) return keep(enabledAgain);
  if (retiredAt !== undefined && world.now - retiredAt >= shownWithin)
    return { ...about, decision: "release", reasons: [enabledAgain] };
  const blocker = wanted.has(image) ? "a channel there is to hold it" : (blockerOf(world, state, about, own) ?? paused);
  return blocker ? keep(blocker) : { ...about, decision: "disable", reasons: ["newer images are there"] };
}

function ofDisabled(
  world: IndexedWorld,
  about: Pick<CopyRetention, "id" | "image" | "variant">,
  retiredAt: number,
  paused: string | undefined,
): CopyRetention {
  const { deregister, grace } = world.configuration.policies.retention;
  const since = `disabled since ${iso(retiredAt)}`;
  const until = retiredAt + grace;
  const why = !deregister
    ? `${since}; deregistering is off (retention.deregister)`
    : world.now < until
      ? `until ${iso(until)} (grace)`
      : paused;
  return why ? { ...about, decision: "keep", reasons: [why] } : { ...about, decision: "deregister", reasons: [since] };
}

/** Why an available copy that no channel there holds or is to hold stays; undefined if it may go. */
function blockerOf(
  world: IndexedWorld,
  state: KnownState,
  { id, image, variant }: Pick<CopyRetention, "id" | "image" | "variant">,
  own: Image | undefined,
): string | undefined {
  const configured = world.variants.get(variant);
  const back =
    configured &&
    state.place.channels.find((channel) => heldLast(world, stateOf(world, configured), channel).has(image));
  if (back) return `${back} held it last at home, so a rollback returns to it`;
  const { keep, minAge } = world.configuration.policies.retention;
  const there = variantImages(world, variant).images.filter(
    (one) => isPublishable(one) && standingOf(state, one.id, world.now).standing === "available",
  );
  if (own && there.slice(0, keep).some((one) => one.id === image))
    return `it is one of the newest ${keep} there (keep)`;
  const until = (state.observed.images[id]?.createdAt ?? 0) + minAge;
  return world.now < until ? `until ${iso(until)} (minAge)` : undefined;
}

function isFailed(state: KnownState, id: string): boolean {
  const seen = state.observed.images[id];
  return seen !== undefined && hasFailed(seen);
}

function isRevoked(world: IndexedWorld, { image, decision }: CopyRetention): boolean {
  return decision === "disable" && whyRevoked(world, image) !== undefined;
}

/** The variant of a copy whose original is gone, by what its own tags say. */
function variantOf({ observed }: KnownState, id: string): string | undefined {
  return observed.images[id]?.variant;
}
