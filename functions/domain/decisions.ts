import type { BuildWish, HarvestWish, ProofWish } from "./build-orders.ts";

/** What to do about a variant's images. Every answer has its reasons; `until` is in milliseconds since the epoch. */
export type BuildDecision =
  | { decision: "start"; wish: BuildWish | ProofWish | HarvestWish }
  | { decision: "wait"; reasons: string[]; until: number | undefined }
  | { decision: "nothing"; reasons: string[] };

export function wait(reasons: string | string[], until?: number): BuildDecision {
  return { decision: "wait", reasons: [reasons].flat(), until };
}
