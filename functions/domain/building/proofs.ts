import { minute } from "../../config/time.ts";
import type { Build } from "../../io/builds.ts";
import type { Image } from "../../io/images.ts";
import { type BuildDecision, wait } from "../decisions.ts";
import { areComplete, type Inputs } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";

/** Proofs that could not find out are tried this often (rule 11). */
export const mostProofAttempts = 2;
const proofRetryWait = 15 * minute;

/** Rule 11: an image without proof is proved; undefined where there is none, or no more is to be tried. */
export function decideProof(world: World, state: VariantState): BuildDecision | undefined {
  const image = unprovedImage(state);
  if (!image) return undefined;
  const vain = vainProofs(state, image.id);
  if (vain.length >= mostProofAttempts) return undefined;
  const reasons = [`${image.id} has no proof yet`];
  const next = vain[0] ? (vain[0].endedAt ?? vain[0].startedAt) + proofRetryWait : 0;
  if (next > world.now) return wait(reasons, next);
  const { variant } = state;
  const attempt = vain.length + 1;
  return {
    decision: "start",
    wish: { purpose: "prove", variant, inputs: image.inputs, attempt, reasons, image: image.id },
  };
}

/**
 * Rule 11: the newest image whose build is over and which nobody has proved. None where a newer one can be published, where a person stopped
 * its build or its proof, or where a build has told that its proof failed.
 */
export function unprovedImage({ images, builds }: VariantState): (Image & { inputs: Inputs }) | undefined {
  const newest = images.find(({ state, revoked }) => state === "available" && revoked === undefined);
  if (!newest || newest.proof !== undefined || !areComplete(newest.inputs)) return undefined;
  const last = builds.find(({ token, image }) => image === newest.id || token === newest.token);
  if (last?.status === "stopped" || last?.failure?.class === "proof") return undefined;
  return { ...newest, inputs: newest.inputs };
}

/** The proofs of an image that ended without finding out, newest first. */
export function vainProofs({ builds }: VariantState, image: string): Build[] {
  return builds.filter(
    (build) => build.purpose === "prove" && build.image === image && build.failure?.class !== "proof",
  );
}
