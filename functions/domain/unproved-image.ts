import type { Build } from "./builds.ts";
import { isOfProof } from "./failures.ts";
import type { Image } from "./images.ts";
import { areComplete, type Inputs } from "./inputs.ts";
import type { VariantState } from "./variant-state.ts";

/** Attempts at a proof that ends without a result (rule 11). */
export const maxProofAttempts = 2;

/** Rule 11: the image to prove. Undefined if there is none, or if no further attempt will be made. */
export function imageToProve(state: VariantState): (Image & { inputs: Inputs }) | undefined {
  const image = unprovedImage(state);
  return image && inconclusiveProofs(state, image.id).length < maxProofAttempts ? image : undefined;
}

/**
 * Rule 11: the newest image made here, if its build is over and it has no proof. Undefined if a person stopped its
 * build or its proof, or a build reported that its proof failed.
 */
export function unprovedImage({ images, builds }: VariantState): (Image & { inputs: Inputs }) | undefined {
  const newest = images.find(({ made, state, revoked }) => made && state === "available" && revoked === undefined);
  if (!newest || newest.proof !== undefined || !areComplete(newest.inputs)) return undefined;
  const last = builds.find(({ token, image }) => image === newest.id || token === newest.token);
  if (last?.status === "stopped" || isOfProof(last?.failure)) return undefined;
  return { ...newest, inputs: newest.inputs };
}

/** The proofs of an image that ended without a result, newest first. */
export function inconclusiveProofs({ builds }: VariantState, image: string): Build[] {
  return builds.filter((build) => build.purpose === "prove" && build.image === image && !isOfProof(build.failure));
}
