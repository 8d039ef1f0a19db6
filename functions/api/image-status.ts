import { mapValues, pick } from "es-toolkit";
import { iso } from "../config/time.ts";
import { fastLaunchOf } from "../domain/fast-launches.ts";
import { type Image, whyNotPublishable } from "../domain/images.ts";
import type { IndexedWorld } from "../domain/indexed-world.ts";
import type { Intervention } from "../domain/intervention-tags.ts";
import type { Measured } from "../domain/measures.ts";
import { explainBlockers } from "../domain/publishing/explain.ts";
import { retention } from "../domain/publishing/retention.ts";
import { slownessOf } from "../domain/publishing/slow-start-hold.ts";
import { describeSlowStart } from "../domain/slow-starts.ts";
import type { VariantState } from "../domain/variant-state.ts";

/** The images of a variant as `GET /` answers them, newest first. */
export function imageStatuses(world: IndexedWorld, state: VariantState) {
  const retained = retention(world, state);
  return state.images.map((image, index) => {
    const { decision = "keep", reasons = [] } = retained[index] ?? {};
    const slow = slownessOf(world, image);
    return {
      ...imageFacts(image),
      /** Whether a record says that this service made it, or a person has adopted it. */
      made: image.made,
      /** When its proof is old enough for `stable`. The approval is separate. */
      soakedAt: time(image.provedAt === undefined ? undefined : image.provedAt + world.configuration.policies.soak),
      publishable: whyNotPublishable(image) ?? "yes",
      /** How its start is slower than usual; null if it is not, or too little is known to say. */
      slowStart: slow ? describeSlowStart(slow) : null,
      keptOutOfStableBy: explainBlockers(world, "stable", image),
      written: writesTo(image),
      retention: { decision, reasons },
      fastLaunch: fastLaunchStatus(world, image),
    };
  });
}

/** What the status and the timeline say of an image alike. */
export function imageFacts(image: Image) {
  return {
    image: image.id,
    state: image.state,
    createdAt: iso(image.createdAt),
    /** What it is made from, without what only hashes tell. */
    inputs: pick(image.inputs, ["baseAmi", "kubernetes", "patchTuesday"]),
    /** Why its build was started. */
    reasons: image.reasons?.split("\n") ?? [],
    /** What its tags claim without a record. */
    unrecorded: image.unrecorded.map(({ claim }) => claim),
    proof: image.proof ?? null,
    provedAt: time(image.provedAt),
    approved: interventionOf(image.approved),
    revoked: interventionOf(image.revoked),
    deprecatedAt: time(image.deprecatedAt),
    retiredAt: time(image.retiredAt),
    ...measuresOf(image.measured),
  };
}

/** What builds have measured of an image; null if they have not. */
export interface Measures {
  startSeconds: number | null;
  usedBytes: number | null;
}

export function measuresOf({ start, size }: Measured): Measures {
  return { startSeconds: start === undefined ? null : start / 1_000, usedBytes: size ?? null };
}

/** What EC2 shows of its Fast Launch; null if it has none or that is unknown. */
function fastLaunchStatus({ fastLaunch }: IndexedWorld, { id }: Image) {
  const shown = fastLaunchOf(fastLaunch, id);
  return shown ? { state: shown.state, reason: shown.reason ?? null, since: time(shown.since) } : null;
}

function writesTo({ published }: Image) {
  return mapValues(published, (write) => write && { at: iso(write.at), previous: write.previous ?? null });
}

function interventionOf(intervention: Intervention | undefined) {
  if (!intervention) return null;
  return { reason: intervention.reason, by: intervention.by ?? null, at: time(intervention.at) };
}

export function time(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : iso(milliseconds);
}
