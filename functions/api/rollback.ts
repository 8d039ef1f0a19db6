import type { Variant } from "../config/configuration.ts";
import { interventionToTag } from "../domain/intervention-tags.ts";
import { lastPublication } from "../domain/publishing/channel-writes.ts";
import { whyKeptOut } from "../domain/publishing/explain.ts";
import { promotion } from "../domain/publishing/publish.ts";
import { stateOf } from "../domain/variant-state.ts";
import type { World } from "../domain/world.ts";
import { type Image, isNewer } from "../io/images.ts";
import type { RollbackOrder } from "./bodies.ts";
import {
  accepted,
  applied,
  type Caller,
  conflict,
  type Decision,
  imageOf,
  imagesOf,
  noSuchVariant,
  recorded,
  variantOf,
} from "./interventions.ts";

/**
 * Rule 3: the revocation of what the channel holds, refused where nothing could take its place at once. A call that is repeated must not
 * revoke the image that the channel went back to meanwhile: with `image` it never does, without it a channel goes back once.
 */
export function decideRollback(
  world: World,
  { variant: name, channel, image: meant, reason }: RollbackOrder,
  caller: Caller,
): Decision {
  const variant = variantOf(world, name);
  if (!variant) return noSuchVariant(world, name);
  const held = world.channels[name]?.[channel]?.image;
  if (!held) return conflict(`${channel} of ${name} holds nothing to go back from`, "POST /rebuild");
  if (meant !== undefined && meant !== held)
    return conflict(otherThan(world, { name, channel, held, meant }), { image: held });
  const image = imageOf(world, held);
  if (!image)
    return conflict(`${channel} holds ${held}, which is no image of ours and cannot be revoked`, imagesOf(world));
  const under = image.revoked && lastPublication(world, stateOf(world, variant), channel);
  if (under?.outcome === "pending")
    return accepted(world, image, {}, [], `${channel} of ${name} goes back from ${held} to ${under.image.id} already`);
  const tag = interventionToTag({ ...caller, reason });
  const then = applied(world, { image: held, write: image.revoked ? {} : { revoked: tag }, remove: [] });
  const next = promotion(then, stateOf(then, variant), channel);
  if (next.decision !== "publish")
    return conflict(
      `${channel} of ${name} has nothing to go back to: ${reasonsAgainst(then, variant, held, channel)}`,
      {
        "POST /revoke": `takes ${held} out of use all the same; ${channel} keeps its value until another image can be published`,
      },
    );
  const left = meant === undefined ? leftFor(world, image, channel) : undefined;
  if (left)
    return conflict(
      `${channel} of ${name} left ${left} for ${held} already; to leave ${held}, too, say that it is meant`,
      {
        image: held,
      },
    );
  const what = `${channel} of ${name} goes back from ${held} to ${next.image}`;
  return image.revoked
    ? accepted(world, image, {}, [], what)
    : recorded(world, image, "revoked", { ...caller, reason }, what);
}

/** The image that the channel left for this one because nobody should use it; undefined where that is not so. */
function leftFor(world: World, image: Image, channel: RollbackOrder["channel"]): string | undefined {
  const written = image.published[channel];
  const previous = imageOf(world, written?.previous ?? "");
  if (!written || !previous) return undefined;
  const wasRevoked = previous.revoked !== undefined && (previous.revoked.at ?? 0) <= written.at;
  return wasRevoked || isNewer(previous, image) ? previous.id : undefined;
}

function otherThan(
  world: World,
  { name, channel, held, meant }: { name: string; channel: string; held: string; meant: string },
): string {
  const revoked = imageOf(world, meant)?.revoked;
  const why = revoked ? `, which is revoked already: ${revoked.reason}` : "";
  return `${channel} of ${name} holds ${held}, not ${meant}${why}`;
}

/** Every other image of the variant with what keeps it out; where that is none of it, what keeps the channel from being written. */
function reasonsAgainst(world: World, variant: Variant, held: string, channel: RollbackOrder["channel"]): string {
  const state = stateOf(world, variant);
  const others = state.images.filter(({ id }) => id !== held).map((image) => whyKeptOut(world, channel, image));
  if (others.length === 0) return "there is no other image";
  if (others.some((against) => against.length === 0)) return promotion(world, state, channel).reasons.join("; ");
  return others.flat().join("; ");
}
