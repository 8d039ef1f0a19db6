import { mapValues } from "es-toolkit";
import { iso } from "../config/time.ts";
import { type Image, whyNotPublishable } from "../domain/images.ts";
import type { IndexedWorld } from "../domain/indexed-world.ts";
import type { Intervention } from "../domain/intervention-tags.ts";
import { explainBlockers } from "../domain/publishing/explain.ts";
import { retention } from "../domain/publishing/retention.ts";
import type { VariantState } from "../domain/variant-state.ts";

/** The images of a variant as `GET /` answers them, newest first. */
export function imageStatuses(world: IndexedWorld, state: VariantState) {
  const retained = retention(world, state);
  return state.images.map((image, index) => {
    const { decision = "keep", reasons = [] } = retained[index] ?? {};
    return {
      image: image.id,
      state: image.state,
      createdAt: iso(image.createdAt),
      /** Whether a record says that this service made it, or a person has adopted it. */
      made: image.made,
      /** What its tags claim without a record. */
      unrecorded: image.unrecorded.map(({ claim }) => claim),
      proof: image.proof ?? null,
      provedAt: time(image.provedAt),
      /** When its proof is old enough for `stable`. The approval is separate. */
      soakedAt: time(image.provedAt === undefined ? undefined : image.provedAt + world.configuration.policies.soak),
      approved: interventionOf(image.approved),
      revoked: interventionOf(image.revoked),
      deprecatedAt: time(image.deprecatedAt),
      retiredAt: time(image.retiredAt),
      publishable: whyNotPublishable(image) ?? "yes",
      keptOutOfStableBy: explainBlockers(world, "stable", image),
      written: writesTo(image),
      retention: { decision, reasons },
    };
  });
}

function writesTo({ published }: Image) {
  return mapValues(published, (write) => write && { at: iso(write.at), previous: write.previous ?? null });
}

function interventionOf(intervention: Intervention | undefined) {
  if (!intervention) return null;
  return { reason: intervention.reason, by: intervention.by ?? null, at: time(intervention.at) };
}

function time(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : iso(milliseconds);
}
