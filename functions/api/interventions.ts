import { channelNames } from "../config/channel-names.ts";
import type { Variant } from "../config/variant.ts";
import { type Image, isPublishable, whyNotPublishable } from "../domain/images.ts";
import { indexImageWorld } from "../domain/indexed-world.ts";
import { excessOf, interventionFromTag, interventionToTag } from "../domain/intervention-tags.ts";
import { explainChannel } from "../domain/publishing/explain.ts";
import { withoutTags } from "../domain/publishing/replacement.ts";
import { heldUntil } from "../domain/publishing/slow-start-hold.ts";
import { revocationRecord, tagRecord } from "../domain/records.ts";
import { variantImages } from "../domain/variant-state.ts";
import type { ImageWorld } from "../domain/world.ts";
import type { ImageBody } from "./bodies.ts";

/** The identity that calls, and when, in milliseconds since the epoch. */
export interface Caller {
  by: string;
  at: number;
}

/**
 * The decision about a call. Tags and records are named without their prefixes. A call that repeats an earlier decision
 * writes and removes none.
 */
export type Decision =
  | {
      outcome: "accepted";
      variant: string;
      image: string;
      write: Record<string, string>;
      remove: string[];
      /** The keys of the records that confirm or end what the tags say. */
      records: string[];
      message: string;
    }
  | Refusal;
export type Accepted = Extract<Decision, { outcome: "accepted" }>;
export interface Refusal {
  outcome: "refused";
  status: 400 | 404 | 409 | 503;
  why: string;
  /** What would be right. */
  allowed: unknown;
}

/** Revokes an image: no channel may receive it any more. Any image of this service can be revoked. */
export function decideRevoke(world: ImageWorld, { image: id, reason }: ImageBody, caller: Caller): Decision {
  const image = imageOf(world, id);
  if (!image) return noSuchImage(world, id);
  if (image.revoked) return revokedAlready(world, image, `${id} is already revoked: ${image.revoked.reason}`);
  return recorded(world, image, "revoked", { ...caller, reason }, `${id} is revoked`);
}

/** Takes a revocation back: the image may be published again if it is otherwise publishable. */
export function decideUnrevoke(world: ImageWorld, { image: id }: ImageBody): Decision {
  const image = imageOf(world, id);
  if (!image && world.revokedByRecord.includes(id))
    return conflict(`${id} is revoked: ${withoutTags}`, imagesOf(world));
  if (!image) return noSuchImage(world, id);
  if (!image.revoked)
    return conflict(`${id} is not revoked`, { image: world.images.filter((one) => one.revoked).map((one) => one.id) });
  const records = image.revocations.map(({ hash }) => revocationRecord("unrevocations", id, hash));
  return { ...accepted(world, image, {}, ["revoked"], `${id} is no longer revoked`), records };
}

/** Approves an image: `stable` may take it once it has soaked, and no channel waits because it starts slowly. */
export function decideApprove(world: ImageWorld, { image: id, reason }: ImageBody, caller: Caller): Decision {
  const image = imageOf(world, id);
  if (!image) return noSuchImage(world, id);
  const variant = variantOf(world, image.variant);
  if (!variant)
    return conflict(`${id} belongs to ${image.variant}, which was removed from config.ts`, variantsOf(world));
  const indexed = indexImageWorld(world);
  const waits = isPublishable(image) && heldUntil(indexed, image) !== undefined;
  if (world.configuration.policies.approval === "none" && !waits && !image.approved) {
    const next = explainChannel(indexed, variantImages(indexed, variant.name), "stable");
    return conflict(`no image needs an approval (policies.approval is none): ${next}`, "GET / says what happens next");
  }
  const why = whyNotPublishable(image);
  if (why) return conflict(`${id} ${why}`, { image: approvable(world) });
  if (image.approved) return accepted(world, image, {}, [], `${id} is already approved: ${image.approved.reason}`);
  return recorded(world, image, "approved", { ...caller, reason }, `${id} is approved`);
}

/** The world as it will be once the tags are written. */
export function applied<W extends ImageWorld>(
  world: W,
  { image: id, write, remove }: { image: string; write: Readonly<Record<string, string>>; remove: readonly string[] },
): W {
  const tag = (name: "revoked" | "approved", now: Image[typeof name]) =>
    remove.includes(name) ? undefined : (interventionFromTag(write[name]) ?? now);
  return {
    ...world,
    images: world.images.map((image) =>
      image.id === id
        ? { ...image, revoked: tag("revoked", image.revoked), approved: tag("approved", image.approved) }
        : image,
    ),
  };
}

export function noSuchVariant(world: Pick<ImageWorld, "configuration">, name: string): Refusal {
  const why = `there is no variant ${JSON.stringify(name)}`;
  return { outcome: "refused", status: 404, why, allowed: variantsOf(world) };
}

/** Keeps a decision as a tag with its record. A reason that does not fit into the tag is refused, not clipped. */
export function recorded(
  world: ImageWorld,
  image: Image,
  name: "revoked" | "approved",
  intervention: Caller & { reason: string },
  what: string,
): Decision {
  const tag = interventionToTag(intervention);
  const excess = excessOf(tag);
  const kind = name === "approved" ? "approvals" : "revocations";
  if (excess === 0)
    return { ...accepted(world, image, { [name]: tag }, [], what), records: [tagRecord(kind, image.id, tag)] };
  const max = Math.max(0, intervention.reason.length - excess);
  const why = `the reason is too long: next to the time and ${intervention.by} the tag has room for ${max} characters`;
  return { outcome: "refused", status: 400, why, allowed: { reason: `1 to ${max} characters` } };
}

/** A revocation of which there is only a tag gets its record. */
export function revokedAlready(world: ImageWorld, image: Image, what: string): Accepted {
  const missing = image.revocations.filter((one) => !one.recorded);
  const records = missing.map(({ hash }) => revocationRecord("revocations", image.id, hash));
  return { ...accepted(world, image, {}, [], what), records };
}

export function accepted(
  world: ImageWorld,
  { id, variant: name }: Image,
  write: Record<string, string>,
  remove: string[],
  what: string,
): Accepted {
  const then = indexImageWorld(applied(world, { image: id, write, remove }));
  const next = then.variants.has(name)
    ? channelNames.map((channel) => explainChannel(then, variantImages(then, name), channel))
    : [`${name} was removed from config.ts, so its channels stay as they are`];
  const message = [what, ...next].join("; ");
  return { outcome: "accepted", variant: name, image: id, write, remove, records: [], message };
}

export function conflict(why: string, allowed: unknown): Refusal {
  return { outcome: "refused", status: 409, why, allowed };
}

export function noSuchImage(world: ImageWorld, id: string): Refusal {
  return { outcome: "refused", status: 404, why: `${id} is not an image of this service`, allowed: imagesOf(world) };
}

export function imageOf({ images }: ImageWorld, id: string): Image | undefined {
  return images.find((image) => image.id === id);
}

export function variantOf({ configuration }: ImageWorld, name: string): Variant | undefined {
  return configuration.variants.find((variant) => variant.name === name);
}

function variantsOf({ configuration }: Pick<ImageWorld, "configuration">) {
  return { variant: configuration.variants.map(({ name }) => name) };
}

/** Image IDs by variant. */
export function imagesOf({ images }: ImageWorld) {
  const byVariant = Object.groupBy(images, ({ variant }) => variant);
  return {
    image: Object.fromEntries(Object.entries(byVariant).map(([name, own]) => [name, own?.map(({ id }) => id)])),
  };
}

function approvable({ images }: ImageWorld): string[] {
  return images.filter((image) => !whyNotPublishable(image) && !image.approved).map(({ id }) => id);
}
