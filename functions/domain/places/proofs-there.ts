import { externalId } from "../../config/place.ts";
import { hour } from "../../config/time.ts";
import { type BuildDecision, type PlaceToProve, wait } from "../build-orders.ts";
import { describeFailure, isOfProof } from "../failures.ts";
import { type Image, isPublishable } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { whyPaused } from "../pauses.ts";
import { laneOf } from "../starts.ts";
import type { VariantState } from "../variant-state.ts";
import { isKnown, type KnownState, placeStates, proofsOf, standingOf } from "./place-state.ts";
import { wantedThere } from "./spread.ts";

/** What becomes of the proof of a variant's image in a place. */
export interface PlaceProofDecision {
  place: string;
  state: VariantState;
  decision: Exclude<BuildDecision, { decision: "nothing" }>;
}

/** An image that its proof has found bad so often is not booted there any more. */
const maxAttempts = 3;
/** How long after an attempt the next one begins, in milliseconds. */
const rest = 6 * hour;

/** Decides which images to boot where: those that a channel of a place that proves waits for. */
export function decideProofsThere(world: IndexedWorld, states: readonly VariantState[]): PlaceProofDecision[] {
  const proving = placeStates(world)
    .filter(isKnown)
    .filter(({ place }) => place.prove);
  return proving.flatMap((there) =>
    wantedThere(world, there).flatMap((image): PlaceProofDecision[] => {
      const state = states.find(({ variant }) => variant.name === image.variant);
      const decision = state && decide(world, state, there, image);
      return decision ? [{ place: there.place.name, state, decision }] : [];
    }),
  );
}

function decide(
  world: IndexedWorld,
  { variant }: VariantState,
  there: KnownState,
  image: Image,
): PlaceProofDecision["decision"] | undefined {
  const { place } = there;
  const standing = standingOf(there, image.id, world.now);
  if (standing.standing !== "available" || !isPublishable(image)) return undefined;
  const proofs = proofsOf(there, image.id, standing.id);
  if (proofs[0]?.result === "passed") return undefined;
  const about = `${standing.id} in ${place.name}`;
  const builds = (world.builds.inPlaces.get(image.id) ?? []).filter(
    (build) => build.place === place.name && build.startedAt >= standing.image.createdAt,
  );
  const isPending = world.pendingStarts.has(laneOf({ variant: variant.name, place: place.name }));
  if (isPending || builds.some(({ status }) => status === "running")) return waiting(`${about} is being booted`);
  const paused = whyPaused(world, variant.name);
  if (paused) return waiting(paused);
  const failures = Math.max(builds.filter((build) => isOfProof(build.failure)).length, proofs.length);
  if (failures >= maxAttempts) return waiting(`${about} did not pass its proof ${failures} times; another image may`);
  const attempts = Math.max(builds.length, proofs.length);
  const until = Math.max(0, proofs[0]?.at ?? 0, builds[0]?.endedAt ?? 0) + rest;
  const failure = builds[0]?.failure;
  const why =
    failure && !isOfProof(failure) ? `could not be booted (${describeFailure(failure)})` : "did not pass its proof";
  if (attempts > 0 && until > world.now) return waiting(`${about} ${why}`, until);
  return {
    decision: "start",
    wish: {
      purpose: "prove-place",
      variant,
      attempt: attempts + 1,
      reasons: [`${about} has not booted there yet`],
      inputs: image.inputs,
      image: image.id,
      place: placeToProve(world, there, standing.id),
    },
  };
}

function placeToProve({ stage, placesRole }: IndexedWorld, { place }: KnownState, image: string): PlaceToProve {
  const { name, region, account } = place;
  return account === undefined
    ? { name, region, roleArn: placesRole ?? "", image }
    : { name, region, roleArn: place.roleArn ?? "", externalId: externalId(stage), image };
}

function waiting(why: string, until?: number): PlaceProofDecision["decision"] {
  return wait(why, until) as PlaceProofDecision["decision"];
}
