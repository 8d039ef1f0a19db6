import { channelNames } from "../config/channel-names.ts";
import type { Variant } from "../config/configuration.ts";
import { excessOf, interventionFromTag, interventionToTag } from "../domain/intervention-tags.ts";
import { outlook, whyNotPublishable } from "../domain/publishing/explain.ts";
import { stateOf } from "../domain/variant-state.ts";
import type { World } from "../domain/world.ts";
import type { Image } from "../io/images.ts";
import type { ImageOrder } from "./bodies.ts";

/** Who asks, and when in milliseconds since the epoch. */
export interface Caller {
  by: string;
  at: number;
}

/** What a person's call comes to. Tags are written and removed by their keys without prefix; neither where the call repeats what was decided already. */
export type Decision =
  | {
      outcome: "accepted";
      variant: string;
      image: string;
      write: Record<string, string>;
      remove: string[];
      message: string;
    }
  | Refusal;
export interface Refusal {
  outcome: "refused";
  status: 400 | 404 | 409;
  why: string;
  /** What would be right. */
  allowed: unknown;
}

/** The image must never be written to a channel again. Nothing that is ours is refused. */
export function decideRevoke(world: World, { image: id, reason }: ImageOrder, caller: Caller): Decision {
  const image = imageOf(world, id);
  if (!image) return noSuchImage(world, id);
  if (image.revoked) return accepted(world, image, {}, [], `${id} is revoked already: ${image.revoked.reason}`);
  return recorded(world, image, "revoked", { ...caller, reason }, `${id} is revoked`);
}

/** The image may be published again, if it is publishable otherwise. */
export function decideUnrevoke(world: World, { image: id }: ImageOrder): Decision {
  const image = imageOf(world, id);
  if (!image) return noSuchImage(world, id);
  if (!image.revoked)
    return conflict(`${id} is not revoked`, { image: world.images.filter((one) => one.revoked).map((one) => one.id) });
  return accepted(world, image, {}, ["revoked"], `${id} is revoked no more`);
}

/** `stable` may have the image once it has soaked. */
export function decidePromote(world: World, { image: id, reason }: ImageOrder, caller: Caller): Decision {
  const image = imageOf(world, id);
  if (!image) return noSuchImage(world, id);
  const variant = variantOf(world, image.variant);
  if (!variant) return conflict(`${id} belongs to ${image.variant}, which is no variant any more`, variantsOf(world));
  const soon = () => outlook(world, stateOf(world, variant), "stable");
  if (world.configuration.policies.approval === "none")
    return conflict(`no image needs an approval (policies.approval is none): ${soon()}`, "GET / tells what is to come");
  const why = whyNotPublishable(image);
  if (why) return conflict(`${id} ${why}`, { image: approvable(world) });
  if (image.approved) return accepted(world, image, {}, [], `${id} is approved already: ${image.approved.reason}`);
  return recorded(world, image, "approved", { ...caller, reason }, `${id} is approved`);
}

/** The world as it will be once the tags are written. */
export function applied(
  world: World,
  { image: id, write, remove }: { image: string; write: Readonly<Record<string, string>>; remove: readonly string[] },
): World {
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

export function noSuchVariant(world: Pick<World, "configuration">, name: string): Refusal {
  const why = `there is no variant ${JSON.stringify(name)}`;
  return { outcome: "refused", status: 404, why, allowed: variantsOf(world) };
}

/** What a person decided, kept as a tag; refused where the reason does not fit into one. Nothing is cut off in silence. */
export function recorded(
  world: World,
  image: Image,
  name: "revoked" | "approved",
  intervention: Caller & { reason: string },
  what: string,
): Decision {
  const tag = interventionToTag(intervention);
  const excess = excessOf(tag);
  if (excess === 0) return accepted(world, image, { [name]: tag }, [], what);
  const most = Math.max(0, intervention.reason.length - excess);
  const why = `the reason is too long: beside the time and ${intervention.by} the tag has room for ${most} characters`;
  return { outcome: "refused", status: 400, why, allowed: { reason: `1 to ${most} characters` } };
}

export function accepted(
  world: World,
  { id, variant: name }: Image,
  write: Record<string, string>,
  remove: string[],
  what: string,
): Decision {
  const then = applied(world, { image: id, write, remove });
  const variant = variantOf(then, name);
  const next = variant
    ? channelNames.map((channel) => outlook(then, stateOf(then, variant), channel))
    : [`${name} is no variant any more, its channels are left as they are`];
  return { outcome: "accepted", variant: name, image: id, write, remove, message: [what, ...next].join("; ") };
}

export function conflict(why: string, allowed: unknown): Refusal {
  return { outcome: "refused", status: 409, why, allowed };
}

function noSuchImage(world: World, id: string): Refusal {
  return { outcome: "refused", status: 404, why: `${id} is no image of ours`, allowed: imagesOf(world) };
}

export function imageOf({ images }: World, id: string): Image | undefined {
  return images.find((image) => image.id === id);
}

export function variantOf({ configuration }: World, name: string): Variant | undefined {
  return configuration.variants.find((variant) => variant.name === name);
}

function variantsOf({ configuration }: Pick<World, "configuration">) {
  return { variant: configuration.variants.map(({ name }) => name) };
}

/** Image IDs by variant. */
export function imagesOf({ images }: World) {
  const variants = [...new Set(images.map(({ variant }) => variant))];
  const idsOf = (name: string) => images.flatMap(({ id, variant }) => (variant === name ? [id] : []));
  return { image: Object.fromEntries(variants.map((name) => [name, idsOf(name)])) };
}

function approvable({ images }: World): string[] {
  return images.filter((image) => !whyNotPublishable(image) && !image.approved).map(({ id }) => id);
}
