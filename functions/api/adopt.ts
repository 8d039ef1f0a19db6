import { iso } from "../config/time.ts";
import type { Image } from "../domain/images.ts";
import { recordBody } from "../domain/records.ts";
import type { ImageWorld } from "../domain/world.ts";
import { writeRecord } from "../io/records.ts";
import { triggerReconcile } from "../io/triggers.ts";
import { logger } from "../telemetry/logger.ts";
import type { ImageBody } from "./bodies.ts";
import { type Answer, answer, type Call, callerOf, refusal } from "./http.ts";
import type { ApiContext } from "./intervene.ts";
import { conflict, imageOf, noSuchImage, type Refusal } from "./interventions.ts";

/** What an adoption records: everything that the image's tags claim. */
interface Adoption {
  outcome: "accepted";
  variant: string;
  image: string;
  claims: string[];
  /** Keys without their prefix; the one that makes the image count comes last. */
  records: string[];
}

/**
 * Records what the tags of an image from before records claim. An image that a build has recorded, or that was made
 * after the first such record, cannot be from before, so what its tags claim beyond the records is refused.
 */
export function decideAdopt(world: ImageWorld, id: string): Adoption | Refusal {
  const image = imageOf(world, id);
  if (!image) return noSuchImage(world, id);
  const adoptable = world.images.filter((one) => isAdoptable(world, one)).map((one) => one.id);
  if (image.made || image.origin === "build")
    return conflict(`${id} has records of its build, so it is not from before records`, { image: adoptable });
  if (!isFromBefore(world, image)) {
    const why = `${id} was made at ${iso(image.createdAt)}, after the first record, so it is not from before records`;
    return conflict(why, { image: adoptable });
  }
  if (image.unrecorded.length === 0)
    return conflict(`the tags of ${id} do not record all its inputs, so it cannot be published`, { image: adoptable });
  const { variant, unrecorded } = image;
  const records = [...new Set(unrecorded.map(({ record }) => record))].toReversed();
  return { outcome: "accepted", variant, image: id, claims: unrecorded.map(({ claim }) => claim), records };
}

/** Whether the image may be from before records and claims something that nothing confirms. */
export function isAdoptable(world: ImageWorld, image: Image): boolean {
  return !image.made && image.origin !== "build" && image.unrecorded.length > 0 && isFromBefore(world, image);
}

function isFromBefore({ recordsSince }: ImageWorld, { createdAt }: Image): boolean {
  return recordsSince === undefined || createdAt < recordsSince;
}

/** Adopts an image from before records and triggers a reconcile run; a dry run only says what would be recorded. */
export async function adopt(
  { environment, observeImages }: ApiContext,
  { image, reason, dryRun }: ImageBody,
  call: Call,
): Promise<Answer> {
  const world = await observeImages();
  if (world.unreadable) throw refusal(503, world.unreadable, "this call later");
  const by = callerOf(call);
  const decision = decideAdopt(world, image);
  logger.info("adopt", { image, reason, dryRun, by, decision });
  if (decision.outcome === "refused") throw refusal(decision.status, decision.why, decision.allowed);
  const { variant, claims, records } = decision;
  if (!dryRun) {
    for (const key of records) await writeRecord(environment.BUCKET, key, recordBody(by, world.now, reason));
    await triggerReconcile(environment.QUEUE_URL, { variant, call: `adopt ${image}` });
  }
  return answer(dryRun ? 200 : 202, { variant, image, dryRun, claims, records });
}
