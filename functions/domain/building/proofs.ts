import { minute } from "../../config/time.ts";
import { type BuildDecision, wait } from "../build-orders.ts";
import type { Build } from "../builds.ts";
import type { Image } from "../images.ts";
import { areComplete, type Inputs } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";

/** Attempts at a proof that ends without a result (rule 11). */
export const maxProofAttempts = 2;
const proofRetryWait = 15 * minute;

/** Rule 11: prove an image that has no proof. Undefined if there is no such image, or no further attempt is due. */
export function decideProof(world: World, state: VariantState): BuildDecision | undefined {
  const image = unprovedImage(state);
  if (!image) return undefined;
  const inconclusive = inconclusiveProofs(state, image.id);
  if (inconclusive.length >= maxProofAttempts) return undefined;
  const reasons = [`${image.id} has no proof yet`];
  const last = inconclusive[0];
  const next = last ? (last.endedAt ?? last.startedAt) + proofRetryWait : 0;
  if (next > world.now) return wait(reasons, next);
  const { variant } = state;
  const attempt = inconclusive.length + 1;
  return {
    decision: "start",
    wish: { purpose: "prove", variant, inputs: image.inputs, attempt, reasons, image: image.id },
  };
}

/**
 * Rule 11: the newest image made here, if its build is over and it has no proof. Undefined if a person stopped its build or its
 * proof, or a build reported that its proof failed.
 */
export function unprovedImage({ images, builds }: VariantState): (Image & { inputs: Inputs }) | undefined {
  const newest = images.find(({ made, state, revoked }) => made && state === "available" && revoked === undefined);
  if (!newest || newest.proof !== undefined || !areComplete(newest.inputs)) return undefined;
  const last = builds.find(({ token, image }) => image === newest.id || token === newest.token);
  if (last?.status === "stopped" || last?.failure?.class === "proof") return undefined;
  return { ...newest, inputs: newest.inputs };
}

/** The proofs of an image that ended without a result, newest first. */
export function inconclusiveProofs({ builds }: VariantState, image: string): Build[] {
  return builds.filter(
    (build) => build.purpose === "prove" && build.image === image && build.failure?.class !== "proof",
  );
}
