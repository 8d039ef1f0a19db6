import { minute } from "../../config/time.ts";
import { type BuildDecision, wait } from "../build-orders.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { imageToProve, inconclusiveProofs } from "../unproved-image.ts";
import type { VariantState } from "../variant-state.ts";

const proofRetryWait = 15 * minute;

/** Rule 11: prove an image that has no proof. Undefined if there is no such image, or no further attempt is due. */
export function decideProof(world: IndexedWorld, state: VariantState): BuildDecision | undefined {
  const image = imageToProve(state);
  if (!image) return undefined;
  const inconclusive = inconclusiveProofs(state, image.id);
  const reasons = [`${image.id} has no proof yet`];
  const last = inconclusive[0];
  const next = last ? (last.endedAt ?? last.startedAt) + proofRetryWait : 0;
  if (next > world.now) return wait(reasons, next);
  const { variant, builds } = state;
  const attempt = inconclusive.length + 1;
  const madeInAttempt = builds.find(({ token }) => token === image.token)?.attempt ?? 1;
  return {
    decision: "start",
    wish: { purpose: "prove", variant, inputs: image.inputs, attempt, reasons, image: image.id, madeInAttempt },
  };
}
